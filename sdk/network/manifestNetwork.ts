// What a manifest's capabilities.network comes to: its entries with the plugin's own settings put in. Pure.
import { isIP } from 'node:net';
import type { PluginManifest } from '../manifest.js';
import { parseTarget, type Target } from './target.js';

type SettingsValue = Readonly<Record<string, unknown>>;

/** The entry that lets a plugin ask the name service about anything. */
const DNS = 'dns';
const FORMS = [
  '"api.example.com:443", "*.example.com:443", "10.0.0.1:25", "unix:/run/x.sock", "dns", and by its own settings',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in a manifest.
  '"${my-plugin.host}:${my-plugin.port}"',
].join(' ');
/** `${clamav.host}` */
const REFERENCE = /\$\{([^}]*)\}/g;
/** Values of one setting that are looked at: every user may have one. */
const MOST_VALUES = 10_000;

export interface AskedEntry {
  /** As the manifest has it. */
  readonly entry: string;
  /** What it comes to with the settings in force; none where a setting that it refers to is empty. */
  readonly targets: readonly Target[];
}

export function asksForDns(manifest: PluginManifest): boolean {
  return manifest.capabilities?.network?.includes(DNS) === true;
}

export function askedEntries(manifest: PluginManifest, settings: SettingsValue): readonly AskedEntry[] {
  const entries = (manifest.capabilities?.network ?? []).filter((entry) => entry !== DNS);
  return entries.map((entry) => ({ entry, targets: targetsOf(entry, manifest, settings) }));
}

/** Sentences about entries that can't mean anything. */
export function networkProblems(manifest: PluginManifest): readonly string[] {
  const properties = manifest.contributes?.configuration?.properties ?? {};
  return (manifest.capabilities?.network ?? []).flatMap((entry) => {
    const keys = referencesIn(entry);
    const unknown = keys.filter((key) => !Object.hasOwn(properties, key));
    if (unknown.length > 0) return [`capabilities.network refers to ${unknown.join(', ')}, which it declares no setting for.`];
    const secret = keys.filter((key) => properties[key]?.secret === true);
    if (secret.length > 0) return [`capabilities.network refers to ${secret.join(', ')}, which is a secret.`];
    const isSound = entry === DNS || keys.length > 0 || parseTarget(entry) !== undefined;
    return isSound ? [] : [`capabilities.network has "${entry}"; what it may have: ${FORMS}.`];
  });
}

function targetsOf(entry: string, manifest: PluginManifest, settings: SettingsValue): readonly Target[] {
  const keys = referencesIn(entry);
  if (keys.length === 0) return parsed([entry]);
  const values = keys.map((key) => valuesInForce(key, manifest, settings));
  // More than one reference: each is a setting of the server, as host and port are.
  const filled = values.reduce<readonly string[]>(
    (texts, some, index) =>
      texts.flatMap((text) => some.map((value) => text.replace(`\${${keys[index] ?? ''}}`, () => value))).slice(0, MOST_VALUES),
    [entry],
  );
  // What somebody wrote into a setting is one place: no wildcard.
  return parsed(filled).filter((target) => target.kind === 'socket' || !target.host.includes('*'));
}

function parsed(texts: readonly string[]): readonly Target[] {
  return [...new Set(texts)].flatMap((text) => parseTarget(text) ?? []);
}

function referencesIn(entry: string): readonly string[] {
  return [...entry.matchAll(REFERENCE)].map(([, key = '']) => key);
}

/** What a setting says: at the top or by default, in accounts and in users. */
function valuesInForce(key: string, manifest: PluginManifest, settings: SettingsValue): readonly string[] {
  const written = (place: unknown): unknown => (isRecord(place) ? place[key] : undefined);
  const accounts = Object.values(isRecord(settings['accounts']) ? settings['accounts'] : {});
  const users = accounts.flatMap((account) => Object.values(isRecord(account) && isRecord(account['users']) ? account['users'] : {}));
  const standard = manifest.contributes?.configuration?.properties[key]?.default;
  const all = [written(settings) ?? standard, ...accounts.map(written), ...users.map(written)].flat().slice(0, MOST_VALUES);
  return [
    ...new Set(all.flatMap((value) => (typeof value === 'string' || typeof value === 'number' ? [inBrackets(String(value).trim())] : []))),
  ].filter((value) => value !== '');
}

function inBrackets(value: string): string {
  return isIP(value) === 6 ? `[${value}]` : value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
