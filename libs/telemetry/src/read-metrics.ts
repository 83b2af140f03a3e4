/** The type of what {@link readMetrics} returns: the text format of Prometheus. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Where the metrics of a process are read. */
export interface ReadableMetrics {
  read(): Promise<string>;
}

let published: ReadableMetrics | undefined;

/** Makes metrics those of this process, as their meter provider is the global one. Returns what takes it back. */
export function publishMetrics(readable: ReadableMetrics): () => void {
  published = readable;
  return () => {
    if (published === readable) published = undefined;
  };
}

/** The metrics of this process as text; undefined where its telemetry is not open. */
export async function readMetrics(): Promise<string | undefined> {
  return published?.read();
}
