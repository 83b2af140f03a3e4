// Asks the process in this container how it is: exits 0 on 200. Usage: health-check.mjs URL
const [url] = process.argv.slice(2);
const response = await fetch(url, { signal: AbortSignal.timeout(4_000) });
console.log(await response.text());
process.exitCode = response.ok ? 0 : 1;
