// A stranger's plugin, written for one test into the plugins folder of a server.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PluginManifest, TapDeclaration } from '@postroom/sdk';

export interface StrangerPlugin {
  /** The publisher is `stranger`. */
  readonly name: string;
  readonly taps?: readonly TapDeclaration[];
  readonly manifest?: Partial<PluginManifest>;
  /** Body of activate(context). */
  readonly activate: string;
}

export const SCAN: TapDeclaration = { hook: 'onSort', name: 'scan', stage: 'filter' };

/** A filter whose only tap is `handler`, an expression. */
export function filterThat(name: string, handler: string): StrangerPlugin {
  return { name, taps: [SCAN], activate: `context.hooks.onSort.tap('scan', ${handler});` };
}

/** Answers the plugin's folder. */
export async function plantStranger(dataDir: string, { name, taps, manifest, activate }: StrangerPlugin): Promise<string> {
  const folder = path.join(dataDir, 'plugins', `stranger.${name}`);
  await mkdir(folder, { recursive: true });
  const whole = {
    name,
    publisher: 'stranger',
    version: '1.0.0',
    type: 'module',
    main: './plugin.js',
    displayName: `The ${name}`,
    description: `Plugin ${name} of a test.`,
    engines: { postroom: '^1.0.0' },
    ...(taps !== undefined && { contributes: { taps } }),
    ...manifest,
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(whole));
  await writeFile(path.join(folder, 'plugin.js'), `export async function activate(context) {\n${activate}\n}\n`);
  return folder;
}
