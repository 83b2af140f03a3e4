import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import type { Meter } from '@opentelemetry/api';

/** How often the event loop is looked at, in milliseconds: what it measures is the lateness of a timer. */
const LOOK_EVERY_MS = 10;

/**
 * Measures the process: how late its event loop is, memory, CPU. What is a quantile or a share is of the time since
 * it was last read.
 *
 * @returns what ends it
 */
export function measureProcess(meter: Meter): () => void {
  const delay = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  delay.enable();
  const p99 = { unit: 's', description: 'How late the event loop was in its worst hundredth' };
  meter.createObservableGauge('nodejs.eventloop.delay.p99', p99).addCallback((result) => {
    const lateMs = delay.percentile(99) / 1e6 - LOOK_EVERY_MS;
    result.observe(Math.max(0, lateMs) / 1_000);
    delay.reset();
  });

  let since = performance.eventLoopUtilization();
  const share = { unit: '1', description: 'Share of the time in which the event loop was busy' };
  meter.createObservableGauge('nodejs.eventloop.utilization', share).addCallback((result) => {
    const now = performance.eventLoopUtilization();
    result.observe(performance.eventLoopUtilization(now, since).utilization);
    since = now;
  });

  const resident = { unit: 'By', description: 'Memory that is resident' };
  meter
    .createObservableUpDownCounter('process.memory.usage', resident)
    .addCallback((result) => result.observe(process.memoryUsage.rss()));

  const heap = { unit: 'By', description: 'Memory that JavaScript objects take' };
  meter.createObservableUpDownCounter('v8js.memory.heap.used', heap).addCallback((result) => {
    for (const { space_name: name, space_used_size: bytes } of getHeapSpaceStatistics()) {
      result.observe(bytes, { 'v8js.heap.space.name': name });
    }
  });

  const cpu = { unit: 's', description: 'CPU time that the process has taken' };
  meter.createObservableCounter('process.cpu.time', cpu).addCallback((result) => {
    const { user, system } = process.cpuUsage();
    result.observe(user / 1e6, { 'cpu.mode': 'user' });
    result.observe(system / 1e6, { 'cpu.mode': 'system' });
  });
  return () => delay.disable();
}
