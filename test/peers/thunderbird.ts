// A real Thunderbird without a screen, as one person of the office has it: it collects, sends, answers and confirms that it has read.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePorts } from './daemon.js';
import { eventually } from './eventually.js';
import { Marionette } from './marionette.js';

/** What a person types into the account's page. */
export interface MailAccount {
  readonly user: string;
  readonly password: string;
  readonly name: string;
  readonly address: string;
  /** Host name of the server; means 127.0.0.1 here. */
  readonly host: string;
  readonly pop3: number;
  readonly smtp: number;
}

export interface Letter {
  readonly to: string;
  readonly bcc?: string;
  readonly subject: string;
  readonly body: string;
}

const USE_MAIL = `
  const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');
  const account = MailServices.accounts.accounts.find((each) => each.incomingServer.type === 'pop3');
  const server = account?.incomingServer;
  const inbox = server?.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
  const letters = () => [...inbox.messages];
  const bySubject = (subject) => {
    const letter = letters().find((each) => each.mime2DecodedSubject === subject);
    if (!letter) throw new Error('no letter ' + subject);
    return letter;
  };
`;

/** Opens a compose window as New or Reply does, changes its \`fields\` by \`fill\`, presses Send, and answers with what came of it: '' or an error. */
function composing(type: 'New' | 'ReplyToSender', fill: string): string {
  return `${USE_MAIL}
    const fields = Cc['@mozilla.org/messengercompose/composefields;1'].createInstance(Ci.nsIMsgCompFields);
    const params = Cc['@mozilla.org/messengercompose/composeparams;1'].createInstance(Ci.nsIMsgComposeParams);
    params.identity = account.defaultIdentity;
    params.format = Ci.nsIMsgCompFormat.PlainText;
    params.type = Ci.nsIMsgCompType.${type};
    ${fill}
    params.composeFields = fields;
    const opened = new Promise((resolve) => {
      const look = (win, topic) => {
        if (topic !== 'domwindowopened') return;
        Services.ww.unregisterNotification(look);
        win.addEventListener('compose-startup-done', () => resolve(win), { once: true });
      };
      Services.ww.registerNotification(look);
    });
    MailServices.compose.OpenComposeWindowWithParams(null, params);
    const win = await opened;
    // Recipients and text follow when the editor is ready; it does not say so to others.
    while (!win.gLoadingComplete) await new Promise((resolve) => win.setTimeout(resolve, 50));
    const sent = new Promise((resolve) => {
      win.gMsgCompose.addMsgSendListener({
        QueryInterface: ChromeUtils.generateQI(['nsIMsgSendListener']),
        onStartSending() {}, onProgress() {}, onStatus() {}, onSendNotPerformed() {}, onGetDraftFolderURI() {}, onTransportSecurityError() {},
        onStopSending(id, status) { resolve(status === 0 ? '' : (status >>> 0).toString(16)); },
      });
    });
    win.SendMessage();
    return await sent;`;
}

export class Thunderbird {
  private constructor(
    private readonly child: ChildProcess,
    private readonly inside: Marionette,
  ) {}

  /** `folder`: for its profile. Whatever it would look up outside ends at a closed port of this machine. */
  static async start(folder: string, account: MailAccount): Promise<Thunderbird> {
    const [port = 0] = await freePorts(1);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'user.js'), preferences(port, account.host));
    const args = ['--headless', '--marionette', '--remote-allow-system-access', '--no-remote', '--profile', folder];
    const child = spawn('thunderbird', args, { env: { ...process.env, HOME: folder }, stdio: 'ignore' });
    const inside = await eventually('Thunderbird answers', () => Marionette.open(port));
    const thunderbird = new Thunderbird(child, inside);
    await inside.begin();
    await inside.run(SET_UP, account);
    return thunderbird;
  }

  async stop(): Promise<void> {
    this.inside.close();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'close');
  }

  /** As Import on the page of authorities does, with "identify websites". PEM. */
  async trust(authority: string): Promise<void> {
    const body = authority.replaceAll(/-----[^-]+-----|\s/g, '');
    await this.inside.run(`Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB).addCertFromBase64(args.body, 'C,,');`, {
      body,
    });
  }

  /** Get Messages. What it says where that fails, '' where all went well. */
  collect(): Promise<string> {
    return this.inside.run<string>(`${USE_MAIL}
      return await new Promise((resolve) => {
        MailServices.pop3.GetNewMail(null, {
          OnStartRunningUrl() {},
          OnStopRunningUrl(url, status) {
            resolve(status === 0 ? '' : (status >>> 0).toString(16));
          },
        }, inbox, server);
      });`);
  }

  /** Subjects in the inbox. */
  subjects(): Promise<readonly string[]> {
    return this.inside.run<readonly string[]>(`${USE_MAIL} return letters().map((each) => each.mime2DecodedSubject);`);
  }

  /** What came of it: '' where it went. */
  send(letter: Letter): Promise<string> {
    return this.inside.run<string>(composing('New', `for (const [name, value] of Object.entries(args)) fields[name] = value;`), letter);
  }

  /** Reply to the letter with that subject. */
  reply(subject: string): Promise<string> {
    return this.inside.run<string>(
      composing(
        'ReplyToSender',
        `const original = bySubject(args.subject);
         params.originalMsgURI = original.folder.getUriForMsg(original);
         params.origMsgHdr = original;`,
      ),
      { subject },
    );
  }

  /** Says to the sender of the letter with that subject, who has asked for it, that it was read. */
  async confirmReading(subject: string): Promise<void> {
    await this.inside.run(
      `${USE_MAIL}
      const letter = bySubject(args.subject);
      const service = MailServices.messageServiceFromURI(letter.folder.getUriForMsg(letter));
      const text = await new Promise((resolve, reject) => {
        let read = '';
        service.streamMessage(letter.folder.getUriForMsg(letter), {
          QueryInterface: ChromeUtils.generateQI(['nsIStreamListener']),
          onStartRequest() {},
          onStopRequest(request, status) { status === 0 ? resolve(read) : reject(new Error(String(status))); },
          onDataAvailable(request, stream, offset, count) {
            const input = Cc['@mozilla.org/scriptableinputstream;1'].createInstance(Ci.nsIScriptableInputStream);
            input.init(stream);
            read += input.read(count);
          },
        }, null, null, false, '');
      });
      const headers = Cc['@mozilla.org/messenger/mimeheaders;1'].createInstance(Ci.nsIMimeHeaders);
      headers.initialize(text.slice(0, text.search(/\\r?\\n\\r?\\n/) + 2));
      const generator = Cc['@mozilla.org/messenger-mdn/generator;1'].createInstance(Ci.nsIMsgMdnGenerator);
      const win = Services.wm.getMostRecentWindow('mail:3pane');
      generator.process(Ci.nsIMsgMdnGenerator.eDisplayed, win.msgWindow, letter.folder, letter.messageKey, headers, false);`,
      { subject },
    );
  }
}

/** No word leaves this machine: names are its own, everything else goes to a proxy where nobody listens. */
function preferences(port: number, host: string): string {
  const values: Readonly<Record<string, unknown>> = {
    'marionette.port': port,
    'network.proxy.type': 1,
    'network.proxy.socks': '127.0.0.1',
    'network.proxy.socks_port': 9,
    'network.proxy.socks_remote_dns': true,
    'network.proxy.no_proxies_on': `localhost, 127.0.0.1, ${host}`,
    'network.dns.localDomains': host,
    'app.update.enabled': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'toolkit.telemetry.enabled': false,
    'mail.provider.suppress_dialog_on_startup': true,
    'mail.spotlight.firstRunDone': true,
    'mail.rights.version': 1,
    'mail.compose.warn_public_recipients.threshold': 100,
    'mail.warn_on_send_accel_key': false,
    'mailnews.start_page.enabled': false,
    // A receipt goes to whoever asks for one.
    'mail.mdn.report.enabled': true,
    'mail.mdn.report.not_in_to_cc': 1,
    'mail.mdn.report.outside_domain': 1,
    'mail.mdn.report.other': 1,
  };
  return Object.entries(values)
    .map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`)
    .join('');
}

const SET_UP = `
  const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');
  const server = MailServices.accounts.createIncomingServer(args.user, args.host, 'pop3');
  server.port = args.pop3;
  server.socketType = Ci.nsMsgSocketType.alwaysSTARTTLS;
  server.authMethod = Ci.nsMsgAuthMethod.passwordCleartext;
  server.password = args.password;
  const outgoing = MailServices.outgoingServer.createServer('smtp');
  const smtp = outgoing.QueryInterface(Ci.nsISmtpServer);
  smtp.hostname = args.host;
  smtp.port = args.smtp;
  outgoing.socketType = Ci.nsMsgSocketType.alwaysSTARTTLS;
  outgoing.authMethod = Ci.nsMsgAuthMethod.passwordCleartext;
  outgoing.username = args.user;
  outgoing.password = args.password;
  const identity = MailServices.accounts.createIdentity();
  identity.fullName = args.name;
  identity.email = args.address;
  identity.smtpServerKey = outgoing.key;
  identity.composeHtml = false;
  identity.doFcc = false;
  const account = MailServices.accounts.createAccount();
  account.addIdentity(identity);
  account.incomingServer = server;
  MailServices.accounts.defaultAccount = account;
`;
