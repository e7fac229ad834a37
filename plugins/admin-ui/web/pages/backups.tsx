// Backups: a copy of everything while mail flows, and the proof that it can be restored.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { BackupCreateAnswer, BackupVerifyAnswer } from '../answers.generated.js';
import { type Progress, runWithProgress, sentenceOf } from '../api/client.js';
import { bytes, plainText } from '../base/format.js';
import { TextField } from '../controls/fields.js';
import { Notice, Problem } from '../controls/notices.js';
import { Card, Page } from '../controls/page.js';
import { WorkProgress } from '../controls/workProgress.js';

/** What an answer's figures are called here; a sentence stands without a name. */
const NAMES: Readonly<Record<string, string>> = {
  folder: 'Folder',
  whole: 'Whole',
  createdAt: 'Made at',
  files: 'Files',
  secrets: 'With passwords and keys',
  messages: 'Messages',
  octets: 'Their size',
  copies: 'Copies in mailboxes',
  outbox: 'Waiting in the Outbox',
  journal: 'Known messages at the ISPs',
  activity: 'Log entries',
};

type Answer = BackupCreateAnswer | BackupVerifyAnswer;

export function BackupsPage(): ReactNode {
  const [into, setInto] = useState('');
  const [secrets, setSecrets] = useState(false);
  const [folder, setFolder] = useState('');
  return (
    <Page title="Backups" lead="A copy of everything: mail, settings and history. It is made while the server runs.">
      <Work
        title="Make a backup"
        button="Back up now"
        command="backup.create"
        args={{ into, secrets }}
        onDone={(answer) => setFolder(answer.folder)}
      >
        <TextField
          label="Folder on the server"
          value={into}
          onChange={setInto}
          placeholder="/backup/postroom"
          hint="The backup gets a folder of its own in it. Best on another disk."
          required
        />
        <label className="check">
          <input type="checkbox" checked={secrets} onChange={(event) => setSecrets(event.currentTarget.checked)} /> Also passwords and keys,
          for a new machine
        </label>
      </Work>
      <Work title="Prove a backup" button="Restore it for a trial" command="backup.verify" args={{ folder }}>
        <TextField
          label="Folder of the backup"
          value={folder}
          onChange={setFolder}
          hint="It is restored into a scratch folder, and everything is compared. Nothing here changes."
          required
        />
      </Work>
      <Card title="Restore">
        <p>The server must not run meanwhile, so this is done on the command line. What is in the data folder is moved aside, not lost.</p>
        <pre>postroom backup restore {folder === '' ? 'FOLDER' : folder}</pre>
      </Card>
    </Page>
  );
}

function Work({
  title,
  button,
  command,
  args,
  onDone,
  children,
}: {
  readonly title: string;
  readonly button: string;
  readonly command: 'backup.create' | 'backup.verify';
  readonly args: object;
  readonly onDone?: (answer: Answer) => void;
  readonly children: ReactNode;
}): ReactNode {
  const [progress, setProgress] = useState<Progress>();
  const [answer, setAnswer] = useState<Answer>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const start = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setAnswer(undefined);
    setProblem(undefined);
    try {
      const done = await runWithProgress(command, args, setProgress);
      setAnswer(done);
      onDone?.(done);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    setProgress(undefined);
    setBusy(false);
  };
  return (
    <Card title={title}>
      <form onSubmit={(event) => void start(event)}>
        {children}
        <div className="actions">
          <button type="submit" className="button primary" disabled={busy} aria-busy={busy}>
            {busy ? 'Working...' : button}
          </button>
          <WorkProgress progress={progress} />
        </div>
      </form>
      <div role="status">
        <Problem sentence={problem} />
        {answer !== undefined && (
          <Notice
            kind={answer.missing === undefined ? 'good' : 'warning'}
            title={answer.missing === undefined ? 'Done.' : 'Done, without the mail.'}
          >
            <ul>
              {Object.entries(answer).map(([name, value]) => (
                <li key={name}>
                  {NAMES[name] === undefined ? '' : `${NAMES[name]}: `}
                  {shown(name, value)}
                </li>
              ))}
            </ul>
          </Notice>
        )}
      </div>
    </Card>
  );
}

function shown(name: string, value: unknown): string {
  if (name === 'octets') return bytes(Number(value));
  if (name === 'createdAt') return new Date(String(value)).toLocaleString('en-GB');
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : plainText(value);
}
