// What can be asked of the practice ISP, and put into it.
import { Buffer } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import type { PracticeIsp } from '@postroom/sdk/testing';

export interface PutArguments {
  readonly mailbox: string;
  readonly file?: string;
  readonly text?: string;
}

export interface PracticeStatus {
  readonly pop3: { readonly host: string; readonly port: number };
  readonly smtp: { readonly host: string; readonly port: number };
  readonly device: { readonly host: string; readonly port: number; readonly on: boolean };
  readonly mailboxes: readonly { readonly mailbox: string; readonly messages: number }[];
  /** What was sent out through it. */
  readonly received: readonly {
    readonly from: string;
    readonly recipients: readonly string[];
    readonly octets: number;
    readonly at: string;
  }[];
}

const LARGEST_FILE = 64 * 1024 * 1024;

export function requireRunning(isp: PracticeIsp | undefined): PracticeIsp {
  if (isp) return isp;
  throw new PostroomError('command/not-running', 'The practice ISP is not open. See in the log why its ports could not be opened.');
}

export function statusOf(isp: PracticeIsp): PracticeStatus {
  return {
    pop3: { host: isp.pop3.host, port: isp.pop3.port },
    smtp: { host: isp.smtp.host, port: isp.smtp.port },
    device: { host: isp.device.host, port: isp.device.port, on: isp.device.isOn },
    mailboxes: isp.mailboxes.map(({ user, messages }) => ({ mailbox: user, messages: messages.length })),
    received: isp.outgoing.map(({ from, recipients, octets, at }) => ({ from, recipients, octets: octets.length, at: at.toISOString() })),
  };
}

export async function putMessage(isp: PracticeIsp, args: PutArguments): Promise<{ readonly mailbox: string; readonly messages: number }> {
  const content = args.file === undefined ? (args.text ?? '') : await readMessage(args.file);
  const mailbox = isp.mailbox(args.mailbox);
  mailbox.put(content);
  return { mailbox: mailbox.user, messages: mailbox.messages.length };
}

async function readMessage(path: string): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > LARGEST_FILE) throw new Error('it is not a file of at most 64 MB');
    return inCrlf(await file.readFile());
  } catch (error) {
    throw new PostroomError(
      'command/arguments',
      `The message '${path}' could not be read: ${sentenceOf(error)}.`,
      { path },
      { cause: error },
    );
  } finally {
    await file?.close();
  }
}

/** Message files of Unix have LF; at an ISP lines end in CRLF. Octets other than line ends stay as they are. */
function inCrlf(octets: Buffer): Buffer {
  return Buffer.from(octets.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}
