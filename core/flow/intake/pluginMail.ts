// Mail that a plugin sends by itself: only with the capability, only in the name of somebody who exists, and not without end.
import { type MailboxRef, type MailSender, mailboxName, type OutgoingMail, type PluginManifest, PostroomError } from '@postroom/sdk';
import { Accounts, Clock, ServerName, Submissions } from '@postroom/sdk/services';
import type { Container } from 'inversify';
import { service } from '../../base/bindings.js';
import { pluginId } from '../../configuration/schema/schema.js';
import { composeAutomaticMail } from '../../mail/automaticMail.js';

const MOST_AN_HOUR = 100;
const HOUR_MS = 3_600_000;
const ADDRESS = /^[!-~]{1,200}@[!-~]{1,253}$/;

export function pluginMail(manifest: PluginManifest, container: Container): MailSender {
  const id = pluginId(manifest);
  const sent: number[] = [];
  return {
    send: async (mail) => {
      if (manifest.capabilities?.sendsMail !== true) {
        throw notAllowed(id, 'sends mail, and its manifest does not declare capabilities.sendsMail.');
      }
      checkMail(mail);
      const now = service(container, Clock).monotonic();
      sent.splice(0, sent.findIndex((time) => now - time < HOUR_MS) < 0 ? sent.length : sent.findIndex((time) => now - time < HOUR_MS));
      if (sent.length >= MOST_AN_HOUR) {
        throw notAllowed(id, `has sent ${MOST_AN_HOUR} messages within an hour; no more are taken for now.`);
      }
      sent.push(now);
      const accepted = await service(container, Submissions).submit(once(compose(mail, container)), {
        author: mail.author,
        from: '',
        recipients: mail.to.map((address) => ({ address })),
        client: { helo: id, address: '', protocol: 'LOCAL' },
      });
      return accepted.id;
    },
  };
}

function compose(mail: OutgoingMail, container: Container): Uint8Array {
  const accounts = service(container, Accounts);
  const [address] = accounts.sendersOf(mail.author);
  if (address === undefined) {
    throw new PostroomError('user/unknown', `${mailboxName(mail.author)} has no address to send from.`);
  }
  return composeAutomaticMail({
    ...mail,
    from: { name: accounts.user(mail.author)?.name ?? mail.author.user, address },
    host: service(container, ServerName).name,
    now: service(container, Clock).now(),
  });
}

/** The fields come from another process: nothing about them is taken for granted. */
function checkMail(mail: OutgoingMail): void {
  const author = mail.author as MailboxRef | undefined;
  const sound =
    typeof author?.user === 'string' &&
    (author.account === undefined || typeof author.account === 'string') &&
    Array.isArray(mail.to) &&
    mail.to.length >= 1 &&
    mail.to.length <= 10 &&
    mail.to.every((address: unknown) => typeof address === 'string' && ADDRESS.test(address)) &&
    typeof mail.subject === 'string' &&
    typeof mail.text === 'string' &&
    mail.text.length <= 65_536 &&
    (mail.kind === 'auto-replied' || mail.kind === 'auto-generated') &&
    (mail.inReplyTo === undefined || typeof mail.inReplyTo === 'string');
  if (!sound) {
    throw new PostroomError('plugin/bad-answer', 'The mail to send is incomplete: author, 1 to 10 addresses in "to", subject, text, kind.');
  }
}

function notAllowed(id: string, what: string): PostroomError {
  return new PostroomError('plugin/not-allowed', `${id} ${what}`, { plugin: id });
}

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}
