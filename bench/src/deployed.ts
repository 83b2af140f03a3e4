/** How Node runs Gatehouse in the images (deploy/docker/Dockerfile), as far as it is of account here. */
export const DEPLOYED: readonly string[] = [
  '--max-semi-space-size=8',
  '--no-allocation-site-pretenuring',
  '--no-parallel-scavenge',
  '--heap-growing-percent=30',
  '--expose-gc',
  '--v8-pool-size=1',
];
