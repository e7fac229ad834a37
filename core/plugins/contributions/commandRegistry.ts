// Every action of the program: the commands of all plugins, one table for the command line, the manager's API and its palette.
import {
  type CommandCall,
  type CommandDeclaration,
  type CommandHandler,
  type CommandRole,
  type Disposable,
  fileArguments,
  PostroomError,
  sentenceOf,
} from '@postroom/sdk';
import { inWords } from '@postroom/sdk/base';
import type { CommandCatalogue } from '@postroom/sdk/services';
import { Ajv, type ErrorObject } from 'ajv';
import { counted } from '../../configuration/problems/sentences.js';
import type { StrangerSchemas } from '../../schemas/strangerSchemas.js';

export type OwnedDeclaration = CommandDeclaration & { readonly owner: string };

interface Entry {
  readonly owner: string;
  readonly declaration: CommandDeclaration;
  readonly isStranger: boolean;
  /** Made when the command is first run: compiling takes far longer than checking, and most commands never run. */
  check: ArgumentsCheck | undefined;
  handler: CommandHandler | undefined;
}

/** Answers what is wrong with arguments, and fills in their defaults. */
type ArgumentsCheck = (args: unknown) => readonly ErrorObject[];

/** Each check runs a few times in a process: making its code fast would cost more than it saves. */
const CHECKS = { allErrors: true, verbose: true, strict: false, useDefaults: true, code: { optimize: false } } as const;

export class CommandRegistry implements CommandCatalogue {
  readonly #entries = new Map<string, Entry>();
  /** For the product's declarations, which a test holds against the meta-schema: to get that ready takes longer than anything here. */
  readonly #trusting = new Ajv({ ...CHECKS, validateSchema: false });
  #strangers: StrangerSchemas | undefined;

  /** `onProblem`: a plugin's handler failed in a way that it did not mean to tell. `whyInactive`: sentences about a plugin that does not run. */
  constructor(
    private readonly onProblem: (plugin: string, sentence: string) => void = () => undefined,
    private readonly whyInactive: (plugin: string) => string = () => '"postroom plugins list" says why.',
  ) {}

  /** In order of their names. */
  get declarations(): readonly OwnedDeclaration[] {
    return inOrder([...this.#entries.values()]);
  }

  /** Those that somebody can run now: their plugins are active. */
  get available(): readonly OwnedDeclaration[] {
    return inOrder([...this.#entries.values()].filter(({ handler }) => handler !== undefined));
  }

  /** Those that declare the role and can be run now, the product's own first. `via`: those that fit accounts that are collected this way. */
  withRole(role: CommandRole, via?: string): readonly OwnedDeclaration[] {
    const fits = ({ handler, declaration }: Entry): boolean =>
      handler !== undefined && declaration.role === role && (via === undefined || (declaration.via ?? via) === via);
    const fitting = [...this.#entries.values()].filter(fits);
    return [...inOrder(fitting.filter(({ isStranger }) => !isStranger)), ...inOrder(fitting.filter(({ isStranger }) => isStranger))];
  }

  /**
   * Makes commands known, with or without their handlers. `owner` is a plugin's id; of a stranger's the arguments are checked within limits. A name
   * has one owner: who declares it first, but the product always before a stranger.
   */
  declare(owner: string, declarations: readonly CommandDeclaration[], isStranger = false): Disposable {
    const added: Entry[] = [];
    for (const declaration of declarations) {
      const other = this.#entries.get(declaration.command);
      if (other !== undefined && (isStranger || !other.isStranger)) continue;
      const entry: Entry = { owner, declaration, isStranger, check: undefined, handler: undefined };
      this.#entries.set(declaration.command, entry);
      added.push(entry);
    }
    return {
      dispose: () => {
        for (const entry of added) this.#forget(entry);
      },
    };
  }

  /** Supplies a handler. Throws `command/unknown` where the owner has declared no such command, or another one has its name. */
  register(owner: string, command: string, handler: CommandHandler): Disposable {
    const entry = this.#entries.get(command);
    if (entry?.owner !== owner) {
      const why =
        entry === undefined
          ? 'which its manifest does not declare.'
          : `and that name is taken: ${entry.owner} has a command of it. The plugin has to choose another name.`;
      throw new PostroomError('command/unknown', `${owner} supplies the command ${command}, ${why}`, { plugin: owner });
    }
    entry.handler = handler;
    return {
      dispose: () => {
        if (entry.handler === handler) {
          entry.handler = undefined;
        }
      },
    };
  }

  /** Checks the arguments and runs. Rejects with PostroomError: `command/unknown`, `command/not-active`, `command/arguments`, or what the handler threw. */
  async run(command: string, args: unknown, call: CommandCall): Promise<unknown> {
    const entry = this.#entries.get(command);
    if (entry === undefined) {
      throw new PostroomError('command/unknown', `There is no command ${command}. "postroom --help" lists them.`);
    }
    if (entry.handler === undefined) {
      const { owner } = entry;
      throw new PostroomError(
        'command/not-active',
        `The command ${command} belongs to ${owner}, which is not active. ${this.whyInactive(owner)}`,
        { plugin: owner },
      );
    }
    const given: unknown = structuredClone(args ?? {});
    const files = filesIn(call, entry.declaration);
    // As a text they fit; what they hold is looked at by the command.
    for (const name of Object.keys(files)) Object.assign(given as object, { [name]: '' });
    entry.check ??= await this.#compile(entry);
    const failures = entry.check(given);
    if (failures.length > 0) throw new PostroomError('command/arguments', `${command}: ${sentencesFor(failures)}`);
    for (const [name, octets] of Object.entries(files)) {
      Object.assign(given as object, { [name]: Buffer.from(octets).toString('base64') });
    }
    try {
      return await entry.handler(given as never, call);
    } catch (error) {
      const told = entry.isStranger ? error : inWords(error);
      if (told instanceof PostroomError) throw told;
      throw this.#failed(entry.owner, command, error);
    }
  }

  async #compile({ owner, declaration, isStranger }: Entry): Promise<ArgumentsCheck> {
    const schema = { type: 'object', additionalProperties: false, ...declaration.arguments };
    if (isStranger) {
      const { StrangerSchemas } = await import('../../schemas/strangerSchemas.js');
      this.#strangers ??= new StrangerSchemas('arguments');
      return this.#strangers.compile(schema, owner);
    }
    const validate = this.#trusting.compile(schema);
    return (args) => (validate(args) ? [] : (validate.errors ?? []));
  }

  /** Its name may be the product's by now. */
  #forget(entry: Entry): void {
    const { command } = entry.declaration;
    if (this.#entries.get(command) === entry) this.#entries.delete(command);
  }

  #failed(plugin: string, command: string, error: unknown): PostroomError {
    const sentence = `The command ${command} of ${plugin} failed: ${sentenceOf(error)}`;
    this.onProblem(plugin, sentence);
    return new PostroomError('plugin/failed', sentence, { plugin, command }, { cause: error });
  }
}

function inOrder(entries: readonly Entry[]): readonly OwnedDeclaration[] {
  return entries.map(({ owner, declaration }) => ({ ...declaration, owner })).sort((a, b) => (a.command < b.command ? -1 : 1));
}

/** Throws for an argument that takes no file. */
function filesIn({ octets = {} }: CommandCall, declaration: CommandDeclaration): Readonly<Record<string, Uint8Array>> {
  const known = fileArguments(declaration);
  const other = Object.keys(octets).find((name) => !known.includes(name));
  if (other === undefined) return octets;
  throw new PostroomError('command/arguments', `${declaration.command}: ${other} is no argument that takes a file.`);
}

/** The most problems listed: the first few of a thousand are enough. */
const MOST_SENTENCES = 20;

function sentencesFor(failures: readonly ErrorObject[]): string {
  const more = failures.length - MOST_SENTENCES;
  return [...failures.slice(0, MOST_SENTENCES).map(sentenceFor), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}

function sentenceFor(error: ErrorObject): string {
  const name = error.instancePath.slice(1).replaceAll('/', '.');
  switch (error.keyword) {
    case 'required':
      return `${String(error.params['missingProperty'])} is missing.`;
    case 'additionalProperties':
      return `${String(error.params['additionalProperty'])} is not an argument of this command.`;
    case 'enum':
      return `${name} must be one of ${(error.params['allowedValues'] as unknown[]).join(', ')}.`;
    case 'minLength':
      return `${name} needs at least ${counted(error.params['limit'], 'character')}.`;
    case 'maxLength':
      return `${name} may have at most ${counted(error.params['limit'], 'character')}.`;
    case 'pattern': {
      const { description = String(error.params['pattern']) } = error.parentSchema as { readonly description?: string };
      return `${name} has not the form that is allowed: ${description.replace(/\.$/, '')}.`;
    }
    default:
      return `${name || 'The arguments'} ${error.message ?? 'are wrong'}.`;
  }
}
