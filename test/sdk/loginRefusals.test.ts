// What servers print where they refuse a login, each wording with what it means. The names behind them are the programs that print them, or print
// nearly that; the words are ours where a server's own are long.
import { type LoginRefusal, readLoginRefusal } from '@postroom/sdk';
import { expect } from 'chai';

const WORDINGS: Readonly<Record<LoginRefusal, readonly (readonly [text: string, who: string])[]>> = {
  later: [
    ['Temporary problem, please try again later', 'Courier'],
    ['Temporary authentication failure. [mail.isp.example:2026-01-05 10:00:00]', 'Dovecot'],
    ['Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)', 'Dovecot'],
    ['Maximum connection limit reached from ::ffff:192.0.2.7', 'Courier'],
    ['Logins must be at least 5 minutes apart', 'Cyrus'],
    ['Minimum time between logins not met', 'a hosting firm'],
    ['Account exceeded pop command or bandwidth limits (Failure)', 'Gmail'],
    ['Too many simultaneous connections. (Failure)', 'Gmail'],
    ['Too many login attempts, please wait 10 minutes', 'a hosting firm'],
    ['Too many failed logins from your address', 'a hosting firm'],
    ['Too many recent logins', 'Proton'],
    ['You log in too often; the limit is one login in 15 minutes', 'GMX'],
    ['Server error - please try again later.', 'Yahoo'],
    ['System Error: getpwnam, try again later', 'MMDF'],
    ['System error, please try again later.', 'Synchronet'],
    ['Server Unavailable. 21', 'Exchange'],
    ['Unable to process request right now', 'Yahoo'],
    ["Unable to open user's INBOX", 'UW ipopd'],
    ['internal server error', 'nginx'],
    ['Internal error occurred. Refer to server log for more information.', 'Dovecot'],
    ['Your account is temporarily unavailable (+t bit set on home directory).', 'a patched qmail-pop3d'],
    ['Account temporarily locked, try later', 'MDaemon'],
    ['account is in maintenance mode', 'Zimbra'],
    ['chdir to Maildir failed', 'Courier'],
    ['this user has no $HOME/Maildir, unable to open it', 'qmail'],
    ['Unable to scan: out of memory', 'qmail'],
    ['LDAP server is not responding', 'Sun'],
    ['database problem while checking the password', 'DBMail'],
    ['Backend server temporarily unavailable', 'a proxy'],
    ['Connection lost to authentication server', 'Postfix'],
    ['Server too busy', 'MailEnable'],
    ['We are shutting down', 'a server in its last minute'],
    ['Authentication timed out', 'saslauthd'],
    ['Login rate exceeded', 'IceWarp'],
    ['Please poll less often', 'an ISP'],
    ['More connections than allowed, poll again in 15 minutes', 'an ISP'],
    ['Login is not possible at the moment', 'an ISP'],
    ['Das Postfach ist voruebergehend nicht erreichbar, bitte spaeter erneut anmelden', 'a German ISP'],
    ['Zu viele Anmeldungen', 'a German ISP'],
    ['Service temporairement indisponible', 'a French ISP'],
    ['Trop de connexions', 'a French ISP'],
    ['Invalid login or password at this time, come back later', 'nobody can tell: the milder reading'],
  ],
  'in-use': [
    ['maildrop already locked', 'RFC 1939'],
    ['unable to lock maildrop', 'RFC 1939'],
    ['Unable to lock maildrop: mailbox is locked by another POP session', 'Gmail'],
    ['/var/spool/mail/.post.pop lock busy!  Is another session active? (11)', 'qpopper'],
    ["Can't get lock.  Mailbox in use", 'UW ipopd'],
    ["Can't get lock.  Try again or use IMAP instead", 'UW ipopd'],
    ['Do you have another POP session running?', 'RFC 2449'],
    ['Mailbox is locked by POP server', 'iPlanet'],
    ['Mailbox is already locked. POP access denied', 'Bongo'],
    ['Mailbox lock busy, try later', 'a Chinese relay'],
    ['Mailbox locked, try next time', 'a student server'],
    ['Mailbox is locked. Try later.', 'a BBS'],
    ['maildrop already opened by another client', 'Mercury'],
    ['Your mailbox is currently in use', 'hMailServer'],
    ['You are already logged in', 'teapop'],
    ['Mailbox already open at another place', 'an ISP'],
    ['Das Postfach ist bereits geoeffnet', 'a German ISP'],
  ],
  credentials: [
    ['Invalid user name or password.', 'hMailServer'],
    ['Invalid user name or password. Too many invalid logon attempts.', 'hMailServer'],
    ['Invalid user name or password. Please use full email address as user name.', 'hMailServer'],
    ['Logon failure: unknown user name or bad password.', 'Exchange'],
    ['Authentication failure: unknown user name or bad password.', 'Outlook.com'],
    ['invalid login or password', 'nginx'],
    ['Invalid login', 'Cyrus'],
    ['Bad login', 'UW ipopd, mailutils'],
    ['Authentication failed (bad password?)', 'popa3d'],
    ['Password supplied for "post" is incorrect.', 'qpopper'],
    ['(#MBR1212) Incorrect username or password.', 'Yahoo'],
    ['username/password incorrect', 'DBMail'],
    ['Username or password is invalid or incorrect', 'Mercury'],
    ['LOGIN failed, invalid user name or password !', 'LumiSoft'],
    ["Password doesn't match.", 'a student server'],
    ['sorry, no mailbox for post here', 'RFC 1939'],
    ['never heard of mailbox name', 'RFC 1939'],
    ['no such user', 'everybody'],
    ['Mailbox does not exist', 'Cyrus'],
    ['Your password is incorrect, try again', 'an ISP'],
    ['Wrong password. After too many of them the mailbox is locked', 'an ISP'],
    ['Username and Password not accepted', 'Gmail'],
    ['Passwort falsch', 'a German server'],
    ['Mot de passe incorrect', 'a French server'],
    ['Password errata', 'an Italian server'],
  ],
  unclear: [
    ['Authentication failed.', 'Dovecot'],
    ['Login failed.', 'Courier'],
    ['LOGIN FAILURE', 'Exchange 5.5'],
    ['authorization failed', 'vpopmail, Free'],
    ['Access denied', 'MDaemon'],
    ['Unable to log on', '163.com'],
    ['permission denied', 'RFC 1939'],
    ['Re-Authentication Failure', 'Perdition'],
    ['Login failed on ssl.isp.example', 'a host with a telling name'],
    ['Clock-in refused', 'a word that holds another one'],
    ['', 'a server of few words'],
  ],
  tls: [
    ['Plaintext authentication disallowed on non-secure (SSL/TLS) connections.', 'Dovecot'],
    ['USER command only available under a layer', 'Cyrus'],
    ['only valid after entering TLS mode', 'Zimbra'],
    ['Must issue a STARTTLS command first', 'Gmail, Postfix'],
    ['Use STLS first', 'many'],
    ['Encryption required for requested authentication mechanism', 'RFC 4954'],
    ['cleartext logins disabled', 'Courier'],
    ['You need to use a secure connection', 'an ISP'],
    ['Logins are accepted with TLSv1.2 only', 'an ISP'],
    ['Bitte verschluesselt anmelden', 'a German ISP'],
  ],
  way: [
    ['Unknown command', 'everybody'],
    ['Command is not valid in this state.', 'Exchange'],
    ['Invalid number of parameters', 'Indy'],
    ['Wrong number of arguments to AUTH', 'an old server'],
    ['Unsupported authentication mechanism.', 'Dovecot'],
    ['APOP not supported', 'many'],
    ['Syntax error', 'many'],
    ['Not implemented', 'many'],
    ['This way to log in is not known', 'an ISP'],
    ['AUTH PLAIN is disabled', 'Courier'],
    ['Plain text passwords are refused, use APOP', 'a careful server'],
    ['Basic authentication is blocked', 'Microsoft'],
    ['authentication failed: no mechanism available', 'Cyrus SASL behind Postfix'],
    ['authentication failed: another step is needed in authentication', 'Cyrus SASL behind Postfix'],
  ],
  attention: [
    ['account is SUSPENDED. Call for assistance.', 'an ISP'],
    ['Your account is not enabled for POP access', 'Gmail'],
    ['pop not allowed for user', 'Yahoo'],
    ['Mailbox disabled', 'many'],
    ['POP3 access is disabled', 'MailEnable'],
  ],
};

describe('the words of a refused login', () => {
  for (const [meaning, wordings] of Object.entries(WORDINGS)) {
    for (const [text, who] of wordings) {
      it(`"${text}" (${who}) means ${meaning}`, () => {
        expect(readLoginRefusal(text)).to.equal(meaning);
        expect(readLoginRefusal(text.toUpperCase())).to.equal(meaning);
      });
    }
  }

  it('takes no longer for a hostile text than for its length', () => {
    for (const piece of ['unable to ', 'password ', 'tls.', 'invalid a/b ', 'lock', ' ', 'user not ', 'connection to a ']) {
      const began = performance.now();
      readLoginRefusal(piece.repeat(100_000));
      expect(performance.now() - began, piece).to.be.below(1_000);
    }
  });
});
