// What an editor says of a property beside its description: the default, and what a change needs before it counts.
import type { PropertySchema } from '@postroom/sdk';

const RESTART = {
  none: 'A change applies at once.',
  listener: 'A change applies at once: the ports are opened anew.',
  server: 'A change applies when the server is started again.',
} as const;
const RISKY = 'By command or in the manager it has to be confirmed within 60 s, or it goes back.';

/** The property with its restart need made explicit, and with a last paragraph for the hover. */
export function explained(schema: PropertySchema): PropertySchema {
  const restart = schema.restart ?? 'none';
  const risk = schema.risky === true ? [RISKY, ...(schema.consequence === undefined ? [] : [schema.consequence])] : [];
  const facts = [`Default: ${defaultText(schema)}.`, RESTART[restart], ...risk].join(' ');
  const words = schema.markdownDescription ?? schema.description;
  return { ...schema, restart, markdownDescription: words === undefined ? facts : `${words}\n\n${facts}` };
}

function defaultText({ default: value }: PropertySchema): string {
  return value === undefined || value === '' ? 'none' : `\`${JSON.stringify(value)}\``;
}
