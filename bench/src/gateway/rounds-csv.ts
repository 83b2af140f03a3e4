import type { GatewayCosts } from './gateway-costs.js';

const HEAD = 'stage,load,request,gateway,round,requests_per_s,cpu_us,p50_ms,p99_ms';

/** Every round as a line: what all figures are made of. */
export function roundsCsv(costs: readonly GatewayCosts[]): string {
  const lines = costs.flatMap((cost, stage) =>
    (['saturated', 'steady'] as const).flatMap((load) =>
      (['get', 'list'] as const).flatMap((request) =>
        [...cost[load][request]].flatMap(([gateway, rounds]) =>
          rounds.map(({ rate, cpuUs, p50, p99 }, round) =>
            [
              stage,
              load,
              request,
              `"${gateway}"`,
              round,
              ...[rate, cpuUs, p50, p99].map((value) => value.toFixed(3)),
            ].join(','),
          ),
        ),
      ),
    ),
  );
  return `${[HEAD, ...lines].join('\n')}\n`;
}
