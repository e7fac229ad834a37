// How many door threads there may be here, and why there is none. Pure.
import type { NoDoors } from '@postroom/sdk/services';

/** `server.doors`: as many as it takes, or so many, always. */
export type DoorsSetting = 'auto' | number;

export interface DoorMachine {
  /** Whether several threads can listen on one port. */
  readonly canShare: boolean;
  /** Of the processors, those that the process may use. */
  readonly cores: number;
}

export interface DoorMode {
  /** Threads that there may be. */
  readonly most: number;
  /** Threads that there are however little there is to do. */
  readonly least: number;
  /** Why `most` is 0. */
  readonly reason?: NoDoors;
}

/** More do not help: the main thread decides about all that they bring. */
export const MOST_DOORS = 4;

export function doorMode(setting: DoorsSetting, { canShare, cores }: DoorMachine): DoorMode {
  if (setting === 0) return { most: 0, least: 0, reason: 'settings' };
  if (!canShare) return { most: 0, least: 0, reason: 'node' };
  if (setting !== 'auto') return { most: setting, least: setting };
  if (cores < 2) return { most: 0, least: 0, reason: 'cores' };
  return { most: Math.min(cores, MOST_DOORS), least: 0 };
}

/** Whether doors take part in a protocol that wants `fromCores` cores. A number in the settings is somebody's decision, whatever the machine is like. */
export function takesPart(setting: DoorsSetting, cores: number, fromCores = 1): boolean {
  return setting !== 'auto' || cores >= fromCores;
}

const WHY_NONE: Readonly<Record<NoDoors, string>> = {
  settings: 'No door threads: "server.doors" in the settings is 0, and the main thread serves every port alone.',
  node: 'No door threads, the main thread serves every port alone: they need Node.js 22.12 or newer on Linux or FreeBSD.',
  cores: 'No door threads, the main thread serves every port alone: they help from two processor cores on, and this machine has one.',
};

/** For people. */
export function doorsText({ most, least, reason }: DoorMode, open: number): string {
  if (reason !== undefined) return WHY_NONE[reason];
  if (least > 0) return `${open} of ${least} door threads run, as "server.doors" in the settings says.`;
  if (open === 0) return `No door thread runs: they come when the main thread is busy, up to ${most}.`;
  return `${open} door ${open === 1 ? 'thread runs' : 'threads run'}, as the main thread is busy: up to ${most} come, and they go after a quiet minute.`;
}
