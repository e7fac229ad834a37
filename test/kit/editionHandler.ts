// What an edition's plugin answers onLicenseCheck, by its own manifest and without a host.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Activate, LicenceHandler, PluginContext, PluginManifest } from '@postroom/sdk';
import { ROOT } from './sourceFiles.js';

export function manifestOf(plugin: string): PluginManifest {
  return JSON.parse(readFileSync(path.join(ROOT, 'plugins', plugin, 'package.json'), 'utf8')) as PluginManifest;
}

/** `activate` is of `plugins/<plugin>/plugin.ts`. */
export function editionHandler(plugin: string, activate: Activate): LicenceHandler {
  const handlers: LicenceHandler[] = [];
  const tap = (_name: string, handler: LicenceHandler): void => void handlers.push(handler);
  void activate({ manifest: manifestOf(plugin), hooks: { onLicenseCheck: { tap } } } as unknown as PluginContext);
  const [handler] = handlers;
  if (handler === undefined) throw new Error(`${plugin} taps nothing.`);
  return handler;
}
