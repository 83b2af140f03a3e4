// Asks the process in this container how it is: exits 0 on 200. Usage: health-check.mjs /readyz|/livez
const port = process.env.GATEHOUSE_HEALTH_PORT;
const url = `http://127.0.0.1:${port}${process.argv[2] ?? '/readyz'}`;

const response = await fetch(url, { signal: AbortSignal.timeout(2_500) });
console.log(await response.text());
process.exitCode = response.ok ? 0 : 1;
