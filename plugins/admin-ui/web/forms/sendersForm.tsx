// The Setup Wizard's question about scanners: who may send mail without a login. An empty list allows none.
import { type ReactNode, useState } from 'react';
import { sentenceOf } from '../api/client.js';
import { editSettings } from '../api/settings.js';
import { useResource } from '../api/useCommand.js';
import { ActionButton } from '../controls/buttons.js';
import { TextField } from '../controls/fields.js';
import { Notice, Problem } from '../controls/notices.js';
import { Card } from '../controls/page.js';

const KEY = 'smtp.trustedNetworks';

export function SendersForm(): ReactNode {
  const settings = useResource('/api/settings', ['settings']);
  const [draft, setDraft] = useState<string>();
  const [problem, setProblem] = useState<string>();
  if (settings.data === undefined) return <Problem sentence={settings.error} />;
  const { etag, value } = settings.data;
  const present = (value[KEY] ?? []) as readonly string[];
  const typed = draft ?? present.join(', ');
  const addresses = typed.split(/[\s,;]+/).filter((each) => each !== '');
  const save = async (): Promise<void> => {
    try {
      await editSettings(etag, [{ path: [KEY], value: addresses.length === 0 ? undefined : addresses }]);
      setDraft(undefined);
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    settings.reload();
  };
  return (
    <Card
      title="Does a scanner or printer send mail?"
      actions={
        <ActionButton kind="primary" disabled={addresses.join() === present.join()} act={save}>
          Save the addresses
        </ActionButton>
      }
    >
      <p className="lead">
        Mail programs log in to send. Some scanners, printers and programs cannot: they may send from the addresses that stand here.
      </p>
      <Problem sentence={problem} />
      <TextField
        label="IP addresses that may send without a login"
        value={typed}
        onChange={setDraft}
        placeholder="192.168.1.20"
        hint="With commas between them. Empty: everybody logs in."
      />
      {addresses.some((each) => /^(?:::ffff:)?127\.|^::1(?:\/|$)/i.test(each)) && (
        <Notice kind="warning">That is this computer: every program and every plugin on it may send as any account.</Notice>
      )}
    </Card>
  );
}
