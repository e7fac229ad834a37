// Message-IDs: those that a message answers, whose they may be, and how they are kept.
import { createHash } from 'node:crypto';
import type { HeaderField, MailView } from '@postroom/sdk';

const MOST_IDS = 30;

/** What a message answers, nearest first; or why what it says of that does not count. */
export interface Answered {
  readonly ids: readonly string[];
  readonly doubt?: string;
}

/**
 * RFC 5322 section 3.6.4: In-Reply-To names the message that is answered, and References ends with it, behind those that led to it. Some programs
 * send only one of the two. Where both are there, what In-Reply-To names has to stand in References, at its end or not: then the others there, from
 * the end, are the thread. Where they contradict each other, it is unknown what is answered.
 */
export function answeredIds(mail: MailView): Answered {
  const direct = idsIn(mail.headers('In-Reply-To'));
  const references = [...idsIn(mail.headers('References'))].reverse();
  const thread = new Set(references);
  const fitting = references.length === 0 ? direct : direct.filter((id) => thread.has(id));
  if (direct.length > 0 && fitting.length === 0) {
    return { ids: [], doubt: `In-Reply-To names ${direct[0]}, which References does not: nobody can tell what it answers` };
  }
  return { ids: [...new Set([...fitting, ...references])].slice(0, MOST_IDS) };
}

function idsIn(fields: readonly HeaderField[]): readonly string[] {
  return fields.flatMap((field) => idsInText(field.value));
}

/** Texts in angle brackets without white space. */
export function idsInText(text: string): readonly string[] {
  return text.match(/<[^<>\s]{1,500}>/g) ?? [];
}

/** What is kept of an id: enough to recognise it, nothing to read. */
export function idHash(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 24);
}

/** Names that only an office's own network has. */
const LOCAL_NAMES = /^(?:\[.*\]|[^.]*|.*\.(?:local|localdomain|lan|home|internal|intranet|home\.arpa|test))$/;

/**
 * Whether an id may have been made in this office: behind its `@` stands a domain of the account, this server's name or a part of it, or the name of a
 * computer. Other ids may be those of mail from outside, which somebody here has read.
 */
export function isOfOffice(id: string, domains: readonly string[], serverName: string): boolean {
  const domain = id.slice(id.lastIndexOf('@') + 1, -1).toLowerCase();
  if (domains.some((own) => domain === own || domain.endsWith(`.${own}`)) || LOCAL_NAMES.test(domain)) return true;
  const server = serverName.toLowerCase();
  return domain.includes('.') && (server === domain || server.endsWith(`.${domain}`));
}
