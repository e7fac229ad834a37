// What was said with an ISP, for people, without the secrets of the login: neither what we sent, nor what the server repeats of it.
import { withoutEcho } from '@postroom/sdk';
import type { IspServer } from './ispSettings.js';

/** What was said, line by line: `C: EHLO ...`, `S: 250 ...`. */
export type TranscriptWriter = (line: string) => void;

/** The password, and what it is sent as (RFC 4616, LOGIN). */
export function secretsOf({ login }: IspServer): readonly string[] {
  if (login === undefined) return [];
  return [login.password, ...[`\0${login.user}\0${login.password}`, login.password].map((text) => Buffer.from(text).toString('base64'))];
}

/** nodemailer's error, whose texts hold the server's answer. */
export function errorWithoutSecrets(thrown: unknown, secrets: readonly string[]): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const error = thrown as Error & { response?: string };
  const { response = '' } = error;
  const shown = withoutEcho(response, secrets);
  if (shown === response) return error;
  error.response = shown;
  error.message = error.message.replace(response, () => shown);
  return error;
}

/** nodemailer's logger interface. Of a login the mechanism is shown and nothing else, whatever nodemailer masks itself. */
export function transcriptLogger(
  transcript: TranscriptWriter,
  secrets: readonly string[],
): Record<string, (entry: { tnx?: string }, text: string) => void> {
  let isLoggingIn = false;
  const client = (text: string): string => {
    const mechanism = /^AUTH \S+/i.exec(text)?.[0];
    if (mechanism !== undefined) isLoggingIn = true;
    else if (!isLoggingIn) return text;
    return mechanism === text ? text : `${mechanism ?? ''} (hidden)`.trimStart();
  };
  const server = (text: string): string => {
    if (!isLoggingIn) return text;
    isLoggingIn = text.startsWith('334');
    return withoutEcho(text, secrets);
  };
  const line = (entry: { tnx?: string }, text: string): void => {
    if (entry.tnx === 'client') transcript(`C: ${client(text)}`);
    if (entry.tnx === 'server') transcript(`S: ${server(text)}`);
  };
  const ignore = (): void => undefined;
  return { debug: line, trace: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore, level: ignore };
}
