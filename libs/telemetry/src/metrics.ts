import { metrics, type Attributes } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { MetricsPage } from './metrics-page.js';
import { measureProcess } from './process-metrics.js';
import { publishMetrics } from './read-metrics.js';

/**
 * Registers the meters of this process, to be read by `readMetrics`.
 *
 * @param described what the process is: `service.name` and such
 * @returns what ends it
 */
export function openMetrics(described: Attributes): () => Promise<void> {
  const page = new MetricsPage();
  const provider = new MeterProvider({ resource: resourceFromAttributes(described), readers: [page.reader] });
  metrics.setGlobalMeterProvider(provider);
  const endMeasuring = measureProcess(provider.getMeter('@gatehouse/telemetry'));
  const withdraw = publishMetrics(page);
  return async () => {
    withdraw();
    endMeasuring();
    metrics.disable();
    await provider.shutdown();
  };
}
