// Says in sentences what is wrong with a manifest. Loaded where a plugin is not the product's own: the validator takes its time to get ready.
import type { CommandDeclaration, PluginManifest, PropertySchema, TapDeclaration } from '@postroom/sdk';
import { apiVersion, didYouMean, sdkFile, shownName } from '@postroom/sdk/base';
import { networkProblems } from '@postroom/sdk/network';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import semver from 'semver';
import { pluginId } from '../../configuration/schema/schema.js';
import { type SchemaUse, StrangerSchemas } from '../../schemas/strangerSchemas.js';
import { requirement } from '../services/requirement.js';
import { argumentNamesProblem } from './argumentNames.js';
import { HOST_POINTS } from './hostPoints.js';

export interface ManifestReading {
  readonly manifest: PluginManifest | undefined;
  readonly problems: readonly string[];
}

let validator: ValidateFunction | undefined;
/** One for all manifests that are checked: it takes its time to get ready. */
const schemas: Partial<Record<SchemaUse, StrangerSchemas>> = {};

/** Checks a manifest that has been read already. */
export function checkManifest(value: unknown): ManifestReading {
  // Compiled to check a manifest or two: neither fast code nor the meta-schema is worth its while.
  validator ??= new Ajv({ allErrors: true, strict: false, validateSchema: false, meta: false, code: { optimize: false } }).compile(
    sdkFile<object>('plugin.schema.json'),
  );
  if (!validator(value)) {
    return { manifest: undefined, problems: few([...new Set((validator.errors ?? []).flatMap(sentenceFor))]) };
  }
  const manifest = value as PluginManifest;
  const problems: string[] = [];
  if (semver.validRange(manifest.engines.postroom) === null) {
    problems.push(`engines.postroom "${shownName(manifest.engines.postroom)}" is no version range; "^${apiVersion()}" is one.`);
  } else if (!semver.satisfies(apiVersion(), manifest.engines.postroom)) {
    problems.push(
      `It needs API ${shownName(manifest.engines.postroom)}; this server has ${apiVersion()}. Install a version of the plugin for this API.`,
    );
  }
  if (manifest.main === undefined && (manifest.contributes?.taps ?? manifest.contributes?.commands) !== undefined) {
    problems.push('It contributes taps or commands but names no "main" module to supply them.');
  }
  problems.push(...settingProblems(manifest), ...argumentProblems(manifest), ...setupProblems(manifest), ...storeProblems(manifest));
  problems.push(...(manifest.contributes?.commands ?? []).filter(isNoQuestion).map(({ command }) => unfitQuestion(command)));
  problems.push(...(manifest.contributes?.taps ?? []).filter(cannotSkip).map(skipsTooMuch));
  problems.push(
    ...doubles(
      manifest.contributes?.taps?.map((tap) => `${tap.hook} ${tap.name}`),
      'tap',
    ),
  );
  problems.push(
    ...doubles(
      manifest.contributes?.commands?.map((command) => command.command),
      'command',
    ),
  );
  problems.push(...networkProblems(manifest), ...serviceProblems(manifest), ...pointProblems(manifest));
  return { manifest, problems: few(problems) };
}

function serviceProblems({ requires = [], provides = [] }: PluginManifest): readonly string[] {
  const ranges = requires.flatMap((text) => {
    const { range } = requirement(text);
    return semver.validRange(range) === null
      ? [`It requires "${shownName(text)}": "${shownName(range)}" is no version range; "^1.0.0" is one.`]
      : [];
  });
  const names = provides.map(({ service }) => service);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return [...ranges, ...twice.map((name) => `It provides the service ${name} twice.`)];
}

/** What other plugins own is unknown here; a typing error can be seen. */
function pointProblems({ contributes = {}, contributionPoints = {} }: PluginManifest): readonly string[] {
  return Object.keys(contributes).flatMap((point) => {
    if (HOST_POINTS.includes(point) || Object.hasOwn(contributionPoints, point)) return [];
    const meant = didYouMean(point, HOST_POINTS);
    return meant === '' ? [] : [`It contributes to "${shownName(point)}", and no plugin is known to own such a point.${meant}`];
  });
}

/** The first ones of thousands are enough. */
const MOST_PROBLEMS = 30;

function few(problems: readonly string[]): readonly string[] {
  const more = problems.length - MOST_PROBLEMS;
  return more > 0 ? [...problems.slice(0, MOST_PROBLEMS), `And ${more} more.`] : problems;
}

function settingProblems(manifest: PluginManifest): readonly string[] {
  return Object.entries(manifest.contributes?.configuration?.properties ?? {}).flatMap(([key, schema]) => {
    const problem = scopeProblem(schema) ?? schemaProblem('setting', schema, manifest);
    return problem === undefined ? [] : [`The setting "${shownName(key)}" cannot be used: ${problem}`];
  });
}

/** What is asked for is the plugin's own, and read by its own commands. */
function setupProblems({ contributes }: PluginManifest): readonly string[] {
  const properties = contributes?.configuration?.properties ?? {};
  const commands = (contributes?.commands ?? []).map(({ command }) => command);
  return (contributes?.setup ?? []).flatMap(({ property, portProperty, command }) => {
    const unknown = [property, ...(portProperty === undefined ? [] : [portProperty])].filter(
      (key) => !Object.hasOwn(properties, key) || properties[key]?.secret === true,
    );
    return [
      ...unknown.map((key) => `Its setup asks for "${shownName(key)}", which is no setting of it, or a secret.`),
      ...(command === undefined || commands.includes(command)
        ? []
        : [`Its setup reads answers by ${shownName(command)}, which is no command of it.`]),
    ];
  });
}

/** The address has to be known before the settings are. */
function storeProblems({ contributes }: PluginManifest): readonly string[] {
  const properties = contributes?.configuration?.properties ?? {};
  return (contributes?.stores ?? []).flatMap(({ kind, addressProperty: key }) =>
    key === undefined || properties[key]?.scope === 'boot'
      ? []
      : [`Its store ${shownName(kind)} has its address in "${shownName(key)}", which is no setting of it with the scope "boot".`],
  );
}

/** Names of users mean something inside an account only, and accounts are the same on all servers. */
function scopeProblem({ scope = 'server', refersTo, argument, perNode, secret }: PropertySchema): string | undefined {
  if (perNode === true && (scope !== 'server' || secret === true))
    return 'it may differ by server ("perNode"), which a setting of scope "server" can that is no secret.';
  if (refersTo !== undefined && scope === 'server') return 'it refers to users, which a setting of scope "account" or "user" can.';
  return argument !== undefined && scope !== 'user'
    ? 'it is an argument of "users add", which a setting of scope "user" can be.'
    : undefined;
}

function argumentProblems(manifest: PluginManifest): readonly string[] {
  return (manifest.contributes?.commands ?? []).flatMap((command) => {
    const problem = argumentNamesProblem(command) ?? schemaProblem('arguments', command.arguments ?? {}, manifest);
    return problem === undefined ? [] : [`The arguments of the command ${shownName(command.command)} cannot be used: ${problem}`];
  });
}

function schemaProblem(use: SchemaUse, schema: Readonly<Record<string, unknown>>, manifest: PluginManifest): string | undefined {
  const checks = schemas[use] ?? new StrangerSchemas(use);
  schemas[use] = checks;
  return checks.problemOf(schema, pluginId(manifest));
}

/** Skipping the tap that hands mail on would lose it; the other hooks have no mail in hand. */
function cannotSkip({ hook, stage, onError }: TapDeclaration): boolean {
  return onError === 'skip' && hook !== 'onSort' && !(hook === 'onDeliver' && (stage === 'observe' || stage === 'outcome'));
}

function skipsTooMuch({ hook, name }: TapDeclaration): string {
  return `The tap ${shownName(name)} of ${hook} says onError "skip", which only taps of onSort and of onDeliver's stage observe may. Leave it out.`;
}

/** A button on the page of an account sends no other arguments, and a click there must change nothing. */
function isNoQuestion({ scope, reads, arguments: schema }: CommandDeclaration): boolean {
  if (scope === undefined) return false;
  const { properties, required } = (schema ?? {}) as { readonly properties?: object; readonly required?: readonly unknown[] };
  return reads !== true || !Object.hasOwn(properties ?? {}, 'account') || (required ?? []).some((name) => name !== 'account');
}

function unfitQuestion(command: string): string {
  return `The command ${command} has the scope "account": it must have "reads": true and take "account", and may require nothing else.`;
}

function sentenceFor(error: ErrorObject): readonly string[] {
  if (error.keyword === 'if' || error.keyword === 'anyOf') {
    return error.keyword === 'anyOf' ? [`package.json ${shownName(error.instancePath || '/')} needs a title or a description.`] : [];
  }
  // A property's name is a stranger's text as well.
  const place = error.instancePath === '' ? 'package.json' : `package.json ${error.instancePath.split('/').map(shownName).join('/')}`;
  if (error.keyword === 'additionalProperties') {
    return [`${place} has "${shownName(String(error.params['additionalProperty']))}", which is not part of a manifest.`];
  }
  if (error.keyword === 'required') {
    return [`${place} lacks "${String(error.params['missingProperty'])}".`];
  }
  if (error.keyword === 'enum') {
    return [`${place} must be one of ${(error.params['allowedValues'] as unknown[]).join(', ')}.`];
  }
  return [`${place} ${error.message ?? 'is wrong'}.`];
}

function doubles(names: readonly string[] | undefined, what: string): readonly string[] {
  const twice = (names ?? []).filter((name, index, all) => all.indexOf(name) !== index);
  return [...new Set(twice)].map((name) => `It declares the ${what} ${shownName(name)} twice.`);
}
