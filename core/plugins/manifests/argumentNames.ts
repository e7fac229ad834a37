// Whether a command line can be made of what a stranger's command takes: one that cannot would take every other command of the CLI along. Pure.
import type { CommandDeclaration } from '@postroom/sdk';

const NAME = /^[a-z][A-Za-z0-9]{0,39}$/;
/** Options that every command has. */
const TAKEN: ReadonlySet<string> = new Set(['data', 'json', 'node', 'help', 'version']);

type Schema = Readonly<Record<string, unknown>>;

/** What is wrong, to follow a colon; `undefined` where nothing is. */
export function argumentNamesProblem({ arguments: schema = {}, positional = [] }: CommandDeclaration): string | undefined {
  const { properties = {}, required = [] } = schema as { readonly properties?: unknown; readonly required?: unknown };
  if (!isGroup(properties)) return 'its "properties" is no group.';
  const names = Object.keys(properties);
  const unfit = names.find((name) => !NAME.test(name) || /^no[A-Z]/.test(name));
  if (unfit !== undefined)
    return `${JSON.stringify(unfit.slice(0, 60))} is no name for an argument; lower-case letters first, as in sinceDay.`;
  const taken = names.find((name) => TAKEN.has(name));
  if (taken !== undefined) return `"${taken}" is an option of every command; choose another name.`;
  const unknown = [...positional, ...(Array.isArray(required) ? required : [])].find((name) => !names.includes(String(name)));
  if (unknown !== undefined) return `it names ${JSON.stringify(String(unknown).slice(0, 60))}, which is not among its properties.`;
  return orderProblem(positional, properties, Array.isArray(required) ? required : []);
}

/** What is needed comes before what may be left out, and a list takes all that follows. */
function orderProblem(positional: readonly string[], properties: Schema, required: readonly unknown[]): string | undefined {
  if (new Set(positional).size < positional.length) return 'its "positional" names an argument twice.';
  const list = positional.slice(0, -1).find((name) => isGroup(properties[name]) && properties[name]['type'] === 'array');
  if (list !== undefined) return `"${list}" is a list, so it must come last in "positional".`;
  const late = positional.find((name, place) => place > 0 && required.includes(name) && !required.includes(positional[place - 1]));
  return late === undefined ? undefined : `"${late}" is required, so it must come before what may be left out in "positional".`;
}

function isGroup(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
