// Which of a plugin's samples may stand on the page for Prometheus: one wrong line, and Prometheus takes nothing of the whole page. Pure.
import type { MetricSample } from '@postroom/sdk';

/** Of one command; those beyond it are left out. */
const MOST_SAMPLES = 100;
const LONGEST_NAME = 200;
const LONGEST_HELP = 500;

export interface SoundSamples {
  readonly samples: readonly MetricSample[];
  /** Why some are left out: the first reason. */
  readonly problem: string | undefined;
}

/** `acme.spam-filter` -> `acme_spam_filter_`. */
export function metricPrefix(plugin: string): string {
  return `${plugin.toLowerCase().replace(/[^a-z0-9]/g, '_')}_`;
}

/** `answer`: what the command answered, unchecked. `taken`: names that the page has already. */
export function soundSamples(plugin: string, answer: unknown, taken: ReadonlySet<string>): SoundSamples {
  if (!Array.isArray(answer)) return { samples: [], problem: 'It answers no list of metrics.' };
  const samples: MetricSample[] = [];
  const names = new Set(taken);
  const problems: string[] = [];
  for (const each of answer.slice(0, MOST_SAMPLES) as readonly unknown[]) {
    const problem = problemOf(each, metricPrefix(plugin), names);
    if (problem === undefined) {
      const { name, type, help, value } = each as MetricSample;
      names.add(name);
      samples.push({ name, type, help, value });
    } else {
      problems.push(problem);
    }
  }
  if (answer.length > MOST_SAMPLES) problems.push(`Of ${answer.length} metrics the first ${MOST_SAMPLES} are taken.`);
  return { samples, problem: problems[0] };
}

function problemOf(sample: unknown, prefix: string, taken: ReadonlySet<string>): string | undefined {
  const { name, type, help, value } = (typeof sample === 'object' && sample !== null ? sample : {}) as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || name.length > LONGEST_NAME || !/^[a-z][a-z0-9_]*$/.test(name)) {
    return 'A metric has no name of lower-case letters, digits and "_".';
  }
  if (!name.startsWith(prefix) || name === prefix) return `The name of ${name} has to begin with ${prefix}`;
  if (taken.has(name)) return `${name} is there twice.`;
  if (type !== 'counter' && type !== 'gauge') return `${name} is neither a counter nor a gauge.`;
  if (typeof help !== 'string' || help === '' || help.length > LONGEST_HELP) {
    return `${name} needs a "help" of up to ${LONGEST_HELP} characters.`;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${name} has a value that is no number.`;
  return type === 'counter' && value < 0 ? `${name} is a counter below 0.` : undefined;
}
