// What host and plugin process say to each other: the data of every call, as JSON carries it. Octets travel behind the JSON.
import type {
  AccountView,
  DeliveryReceipt,
  Envelope,
  HookName,
  MailboxRef,
  MailOrigin,
  PluginManifest,
  RelayDestinations,
  SettingScope,
} from '@postroom/sdk';
import type { PlanState } from '@postroom/sdk/mail';
import type { SettingsValue } from '@postroom/sdk/settings';
import type { FrameLimits } from './frames.js';

/**
 * What the host takes from a plugin's process at once. What is deeper can be read, and not written again: handing it on would fail, far from here.
 */
export const FROM_PLUGIN: FrameLimits = Object.freeze({ json: 4 * 2 ** 20, octets: 2 ** 20, shape: { depth: 200, values: 1_000_000 } });
/** The other way: MIME content may be as large as the parser takes. */
export const FROM_HOST: FrameLimits = Object.freeze({ json: 128 * 2 ** 20, octets: 2 ** 20 });
/** Octets of a message in one piece. */
export const LARGEST_PIECE = 256 * 1024;

/**
 * File descriptors in the plugin's process: a pipe for each direction of the calls, and one for its connections. With one pipe for both, a write to a
 * process that has ended would throw away answers that were not read yet.
 */
export const TO_PLUGIN_PIPE = 3;
export const TO_HOST_PIPE = 4;
export const NETWORK_PIPE = 5;

/** The runner's one argument, as JSON. */
export interface RunnerOptions {
  /** `publisher.name` */
  readonly plugin: string;
  /** False in tests that try the fences behind the allow-list. */
  readonly closed: boolean;
  /** Octets that it may write until it is told another number (`storage`). */
  readonly storage: number;
}

/** The hooks that an isolated plugin may tap. */
export const ISOLATED_HOOKS = ['onSort', 'onDeliver', 'onSchedule'] as const satisfies readonly HookName[];
export type IsolatedHook = (typeof ISOLATED_HOOKS)[number];

/** `activate`: the first call. */
export interface Activation {
  readonly id: string;
  readonly manifest: PluginManifest;
  /** URL of the main module. */
  readonly main: string;
  /** Absolute path of the plugin's folder. */
  readonly folder: string;
  readonly storagePath: string;
  readonly settings: SettingsSnapshot;
}

/** The settings in force and what may be read of them. Secrets never stand in settings. */
export interface SettingsSnapshot {
  readonly value: SettingsValue;
  readonly properties: readonly {
    readonly key: string;
    readonly scope: SettingScope;
    readonly secret: boolean;
    readonly default?: unknown;
  }[];
}

/** A message that a call is about; its header fields are the call's octets, one behind the other. */
export interface MailData {
  /** Names the message in `mail.*` calls while the call lasts. */
  readonly handle: number;
  readonly id: string;
  readonly size: number;
  readonly origin: MailOrigin;
  readonly envelope: Envelope;
  readonly author?: MailboxRef;
  readonly receivedAt: string;
  readonly rehearsal: boolean;
  readonly headerCut: boolean;
}

/** `raw`: the whole message. `body`: without the header. `relay`: as it will be sent. */
export type MailPart = 'raw' | 'body' | 'relay';

/** `onSort`: answered with the plan's state, or nothing. */
export interface SortCall {
  readonly tap: string;
  readonly plan: PlanState;
  readonly mail: MailData;
}

/** `onDeliver`: answered with a receipt, or nothing. */
export interface DeliverCall {
  readonly tap: string;
  readonly mail: MailData;
  readonly to:
    | { readonly kind: 'mailboxes'; readonly mailboxes: readonly MailboxRef[] }
    | (Omit<RelayDestinations, 'content' | 'account' | 'beforeEndOfData' | 'answered'> & { readonly account: AccountView });
  readonly receipt?: DeliveryReceipt;
}

/** `onSchedule`: answered with a plan, or nothing. Times as JSON has them. */
export interface ScheduleCall {
  readonly tap: string;
  readonly rounds: readonly {
    readonly at: string;
    readonly accounts: readonly string[] | 'all';
    readonly reason: string;
    readonly because: string;
  }[];
  readonly now: string;
  readonly outbox: number;
  readonly lastRound?: string;
  readonly timeZone: string;
}

/** `command`: answered with the command's result. `call` names it in `progress`. */
export interface CommandRequest {
  readonly call: number;
  readonly command: string;
  readonly args: unknown;
  readonly author: string;
}

/** Answers `state.replace`, which carries the value that a change began with, and the new one. */
export type ReplaceAnswer = { readonly isReplaced: true } | { readonly isReplaced: false; readonly now: unknown };
