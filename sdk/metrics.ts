// What the page for Prometheus has of a plugin, which names a command for it: `"metrics": [{ "command": "clamav.metrics" }]`.

/** One metric. A contributed command answers a list of these; it is called without arguments. */
export interface MetricSample {
  /** `[a-z0-9_]`, and it begins with the plugin's id: `acme_clamav_` for `acme.clamav`. In base units: seconds, bytes. */
  readonly name: string;
  /** A counter only grows, and begins again when the server does. */
  readonly type: 'counter' | 'gauge';
  /** A sentence. */
  readonly help: string;
  readonly value: number;
}
