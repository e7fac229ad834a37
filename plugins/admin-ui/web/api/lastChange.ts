// The last thing that this page changed, as a command line and as JSON: "copy as".
import { createStore } from './store.js';

export interface Change {
  readonly command: string;
  readonly args: object;
}

/** Commands that take arguments by position, by name; filled from the command table. */
const positional = new Map<string, readonly string[]>();
const secrets = new Map<string, ReadonlySet<string>>();

export const lastChange = createStore<Change | undefined>(undefined);

export function remember(change: Change): void {
  lastChange.set(change);
}

export function learnCommands(
  declarations: readonly {
    command: string;
    positional?: readonly string[];
    arguments?: { properties?: Record<string, { secret?: boolean }> };
  }[],
): void {
  for (const { command, positional: places = [], arguments: schema } of declarations) {
    positional.set(command, places);
    const hidden = Object.entries(schema?.properties ?? {}).filter(([, property]) => property.secret === true);
    secrets.set(command, new Set(hidden.map(([name]) => name)));
  }
}

/** The line for a terminal. Secrets are asked for there, so they never stand in it. */
export function commandLineOf({ command, args }: Change): string {
  const places = positional.get(command) ?? [];
  const given = Object.entries(args).filter(([name, value]) => value !== undefined && secrets.get(command)?.has(name) !== true);
  const byPlace = places.flatMap((place) => given.filter(([name]) => name === place).flatMap(([, value]) => words(value)));
  const byName = given.filter(([name]) => !places.includes(name)).flatMap(([name, value]) => optionOf(name, value));
  return ['postroom', ...command.split('.'), ...byPlace, ...byName].join(' ');
}

export function jsonOf({ command, args }: Change): string {
  const shown = Object.entries(args).map(([name, value]) => [name, secrets.get(command)?.has(name) === true ? '...' : (value as unknown)]);
  return JSON.stringify({ command, arguments: Object.fromEntries(shown) as unknown }, undefined, 2);
}

function optionOf(name: string, value: unknown): readonly string[] {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === true ? [flag] : value === false ? [] : [flag, ...words(value)];
}

function words(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map((each) => quoted(typeof each === 'string' ? each : JSON.stringify(each)));
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
