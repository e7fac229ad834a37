// Lets people log in with their password in the office's directory. It takes the place of postroom.logins: a service has one provider.
import { Accounts, Authenticator, SecretStore } from '@postroom/sdk/services';
import { canBind } from './bind.js';

export function activate(context) {
  const accounts = context.get(Accounts);
  const secrets = context.get(SecretStore);

  const isRight = async (mailbox, password) => {
    // ADMIN1 keeps its password here: a directory that is away must not lock out who can do something about it.
    if (mailbox.account === undefined) return secrets.verifyUserPassword(mailbox, password);
    const [host, port, authority, name] = ['host', 'port', 'authorityFile', 'name'].map((key) => context.settings.get(`directory.${key}`));
    return canBind({ host, port, authority }, name.replace('{user}', escaped(mailbox.user)), password);
  };

  context.provide(Authenticator, {
    async login(name, password, peer) {
      const mailbox = accounts.mailboxOf(name);
      try {
        // An empty password is no password: directories let anybody in with one (RFC 4513 section 5.1.2).
        if (mailbox !== undefined && password !== '' && (await isRight(mailbox, password))) return { ok: true, mailbox };
      } catch (error) {
        context.log.error(`The directory does not answer: ${error.message}`);
        return { ok: false, reason: 'wait' };
      }
      context.log.warn(`Login failed from ${peer.address} over ${peer.protocol}.`, { user: mailbox?.user });
      return { ok: false, reason: 'wrong' };
    },
  });
}

/** What has a meaning in a name of the directory loses it (RFC 4514 section 2.4). */
function escaped(user) {
  return user.replace(/[\\,+"<>;=#\0]|^ | $/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
