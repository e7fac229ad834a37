// What an editor says of a property beside its description: the default, and what a change needs before it counts.
import type { PropertySchema } from '@postroom/sdk';

const RESTART = {
  none: 'A change applies at once.',
  listener: 'A change applies at once: the ports are opened anew.',
  server: 'A change applies when the server is started again.',
} as const;
const RISKY = 'By command or in the manager it has to be confirmed within 60 s, or it goes back.';

const PER_NODE = 'Of several servers each may have its own value, under `nodes`.';

/** The property with its restart need made explicit, and with a last paragraph for the hover. */
export function explained(schema: PropertySchema): PropertySchema {
  return withFacts(schema, [`Default: ${defaultText(schema)}.`, ...(schema.perNode === true ? [PER_NODE] : [])]);
}

/** The same for one server alone: what it does not say for itself stands at the top, so that no default may be filled in. */
export function explainedOnNode(schema: PropertySchema): PropertySchema {
  const { default: _, ...others } = schema;
  return withFacts(others, ['For this server alone, in the place of the value at the top.']);
}

function withFacts(schema: PropertySchema, first: readonly string[]): PropertySchema {
  const restart = schema.restart ?? 'none';
  const risk = schema.risky === true ? [RISKY, ...(schema.consequence === undefined ? [] : [schema.consequence])] : [];
  const facts = [...first, RESTART[restart], ...risk].join(' ');
  const words = schema.markdownDescription ?? schema.description;
  return { ...schema, restart, markdownDescription: words === undefined ? facts : `${words}\n\n${facts}` };
}

function defaultText({ default: value }: PropertySchema): string {
  return value === undefined || value === '' ? 'none' : `\`${JSON.stringify(value)}\``;
}
