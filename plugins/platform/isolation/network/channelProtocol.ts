// The second pipe between host and plugin process: connections that the host makes for the plugin, many at a time, and questions to the name
// service. Frames as on the first one (frames.ts): JSON in front, octets behind it. Each direction of each connection has a window, so that
// neither side keeps more than that for a reader who does not read.
import type { FrameLimits } from '../pipe/frames.js';

/** Octets that one side may have sent and the other not used yet, of one connection in one direction. */
export const WINDOW = 256 * 1024;
/** Octets in one frame. */
export const LARGEST_CHUNK = 64 * 1024;
/** Octets that are used are told in portions of this size at least. */
export const PORTION = WINDOW / 4;
export const CHANNEL_LIMITS: FrameLimits = Object.freeze({ json: 64 * 1024, octets: LARGEST_CHUNK });

/** What a plugin's process says. `id`: a number of its choice, in use from `open` until `close` was said by both sides. */
export type ToHost =
  | { readonly do: 'open'; readonly id: number; readonly host: string; readonly port: number }
  | { readonly do: 'open'; readonly id: number; readonly path: string }
  | Common
  | { readonly do: 'ask'; readonly id: number; readonly what: Question; readonly name: string; readonly type?: string };

/** What the host says. */
export type ToChild =
  | { readonly do: 'opened'; readonly id: number; readonly remote: Endpoint; readonly local: Endpoint }
  | Common
  | { readonly do: 'answer'; readonly id: number; readonly records?: unknown; readonly error?: WireError };

type Common =
  /** With octets. */
  | { readonly do: 'data'; readonly id: number }
  /** So many octets of what you sent are used. */
  | { readonly do: 'used'; readonly id: number; readonly octets: number }
  /** No more data comes from this side. */
  | { readonly do: 'end'; readonly id: number }
  | { readonly do: 'close'; readonly id: number; readonly error?: WireError };

/** `lookup`: addresses as the system finds them. `resolve`: records of a type. `reverse`: names of an address. */
export type Question = 'lookup' | 'resolve' | 'reverse';

export interface Endpoint {
  readonly address?: string | undefined;
  readonly family?: string | undefined;
  readonly port?: number | undefined;
}

/** An error as Node has it, without a stack. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly syscall?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

export function wireError(error: unknown): WireError {
  const { code, message, syscall, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  return {
    code: typeof code === 'string' ? code : 'EIO',
    message: String(message ?? error).slice(0, 2_000),
    ...(typeof syscall === 'string' && { syscall }),
    ...(typeof address === 'string' && { address }),
    ...(typeof port === 'number' && { port }),
  };
}
