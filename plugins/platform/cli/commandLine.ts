// The command line, generated from the table of commands: `postroom <area> <verb> [values] [--options]`.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type CommandDeclaration, PostroomError, sentenceOf } from '@postroom/sdk';
import { askSecret, readGivenFile } from '@postroom/sdk/base';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { answerLine } from './answerLine.js';
import type { CommandTable } from './commandTable.js';
import { examplesText } from './examples.js';

/** A JSON Schema property with the keywords that the CLI knows. */
interface ArgumentSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly items?: { readonly type?: string };
  readonly file?: boolean;
  readonly path?: boolean;
  readonly plugin?: boolean;
  readonly secret?: boolean;
}

export interface CommonOptions {
  readonly data: string;
  readonly json: boolean;
  /** The server of the store that is asked; `undefined`: the one of the data folder. */
  readonly node?: string;
}

export type CommandAction = (command: CommandDeclaration, args: Readonly<Record<string, unknown>>, options: CommonOptions) => Promise<void>;

export interface CommandUse {
  /** The data folder where none is named. */
  readonly dataDir: string;
  /** Called when a command is typed. */
  readonly act: CommandAction;
  /** A plugin's folder as one file. */
  readonly packFolder: (folder: string) => Promise<Uint8Array>;
}

/** Adds a command for every declaration. */
export function addCommands(program: Command, { declarations, titles, examples }: CommandTable, use: CommandUse): void {
  for (const declaration of declarations) {
    const [area = '', verb] = declaration.command.split('.');
    const parent = verb === undefined ? program : areaOf(program, area, titles[area]);
    const command = parent.command(verb ?? area).description(declaration.title);
    const properties = propertiesOf(declaration);
    const required = (declaration.arguments?.['required'] as readonly string[] | undefined) ?? [];
    for (const name of declaration.positional ?? []) {
      const schema = properties[name] ?? {};
      if (schema.secret !== true) {
        const text = `${name}${schema.type === 'array' ? '...' : ''}`;
        command.argument(required.includes(name) ? `<${text}>` : `[${text}]`, schema.description ?? '');
      }
    }
    for (const [name, schema] of Object.entries(properties)) {
      if (declaration.positional?.includes(name) !== true && schema.secret !== true) {
        command.addOption(optionFor(name, schema, required.includes(name)));
      }
    }
    command.addHelpText(
      'after',
      [examplesText(declaration.command, examples), answerLine(declaration.result)].filter((text) => text !== '').join('\n'),
    );
    command.option('--data <folder>', 'the data folder', use.dataDir).option('--json', 'print the answer as JSON', false);
    if (declaration.local !== true) command.option('--node <name>', 'the server to ask, of several on one store');
    command.action(async (...given: unknown[]) => {
      const options = given[declaration.positional?.length ?? 0] as Record<string, unknown>;
      const args = await collect(declaration, properties, given, options, use);
      const { data, json, node } = options;
      await use.act(declaration, args, { data: String(data), json: json === true, ...(typeof node === 'string' && { node }) });
    });
  }
}

/** `outbox` of `outbox list`: made once, explains itself. */
function areaOf(program: Command, area: string, title: string | undefined): Command {
  return program.commands.find((command) => command.name() === area) ?? program.command(area).description(title ?? '');
}

function propertiesOf(declaration: CommandDeclaration): Readonly<Record<string, ArgumentSchema>> {
  return (declaration.arguments?.['properties'] ?? {}) as Readonly<Record<string, ArgumentSchema>>;
}

function optionFor(name: string, schema: ArgumentSchema, mandatory: boolean): Option {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const value = schema.type === 'boolean' ? '' : schema.type === 'array' ? ' <values...>' : ' <value>';
  const option = new Option(`${flag}${value}`, schema.description ?? '').makeOptionMandatory(mandatory);
  if (schema.enum !== undefined) {
    option.choices([...schema.enum]);
  } else if (schema.type === 'integer' || schema.type === 'number') {
    option.argParser((text) => toNumber(text));
  }
  return schema.default === undefined || schema.type === 'boolean' ? option : option.default(schema.default);
}

async function collect(
  declaration: CommandDeclaration,
  properties: Readonly<Record<string, ArgumentSchema>>,
  given: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
  use: CommandUse,
): Promise<Record<string, unknown>> {
  const args: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const place = declaration.positional?.indexOf(name) ?? -1;
    const value = place >= 0 ? given[place] : options[name];
    if (schema.secret === true) {
      args[name] = await askSecret(schema.description ?? name);
    } else if (value !== undefined && !(Array.isArray(value) && value.length === 0)) {
      args[name] = await typed(name, value, schema, use);
    }
  }
  return args;
}

async function typed(name: string, value: unknown, schema: ArgumentSchema, { packFolder }: CommandUse): Promise<unknown> {
  if (schema.file === true) {
    return (await readGivenFile(String(value))).toString('base64');
  }
  if (schema.plugin === true) {
    return Buffer.from(await packedPlugin(String(value), packFolder)).toString('base64');
  }
  if (schema.path === true) {
    return path.resolve(String(value));
  }
  if (Array.isArray(value)) {
    return schema.items?.type === 'integer' ? value.map((text) => numberFor(name, String(text))) : value;
  }
  return schema.type === 'integer' || schema.type === 'number' ? numberFor(name, String(value)) : value;
}

async function packedPlugin(given: string, packFolder: CommandUse['packFolder']): Promise<Uint8Array> {
  const isFolder = await stat(given).then(
    (status) => status.isDirectory(),
    () => false,
  );
  return isFolder ? packFolder(given) : readGivenFile(given);
}

/** Of a value by position: commander explains options only. */
function numberFor(name: string, text: string): number {
  try {
    return toNumber(text);
  } catch (error) {
    throw new PostroomError('command/arguments', `${name}: ${sentenceOf(error)}`);
  }
}

function toNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || Number.isNaN(number)) {
    throw new InvalidArgumentError(`"${text}" is no number.`);
  }
  return number;
}
