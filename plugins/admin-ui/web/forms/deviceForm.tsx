// The network device: where it is, and whether it is seen.
import { type FormEvent, type ReactNode, useState } from 'react';
import { run, sentenceOf } from '../api/client.js';
import { settingPlace } from '../api/settingPlace.js';
import { editSettings } from '../api/settings.js';
import { useCommand, useResource } from '../api/useCommand.js';
import { plainText, time } from '../base/format.js';
import { TextField } from '../controls/fields.js';
import { Notice, Problem } from '../controls/notices.js';

export function DeviceForm(): ReactNode {
  const settings = useResource('/api/settings', ['settings']);
  const device = useCommand('network-device.status', {}, ['licence', 'settings']);
  const [draft, setDraft] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const present = (key: string): string => {
    const value = settings.data?.value[key];
    return draft[key] ?? (value === undefined || value === 0 ? '' : plainText(value));
  };
  const field = (key: string) => ({ value: present(key), onChange: (value: string) => setDraft({ ...draft, [key]: value }) });
  const look = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const edits = Object.entries(draft).map(([key, value]) => ({
        path: settings.data === undefined ? [key] : settingPlace(settings.data, key),
        value: value === '' ? undefined : key.endsWith('.port') ? Number(value) : value,
      }));
      if (edits.length > 0) await editSettings(settings.data?.etag ?? '', edits);
      await run('network-device.look');
      setDraft({});
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    settings.reload();
    device.reload();
    setBusy(false);
  };
  const { data } = device;
  return (
    <form onSubmit={(event) => void look(event)}>
      <Problem sentence={problem ?? device.error} />
      {data?.seen === true && (
        <Notice kind="good" title="The device is seen.">
          {data.lastSeen !== undefined && `Last at ${time(data.lastSeen)}.`}
        </Notice>
      )}
      {data?.seen === false && data.seenBy.length > 0 && (
        <Notice kind="good" title={`The device is seen by ${data.seenBy.join(', ')}.`}>
          That is enough for all servers on the store. This one does not see it: it {data.why}.
        </Notice>
      )}
      {data?.seen === false && data.seenBy.length === 0 && (
        <Notice kind="problem" title="The device is not seen.">
          {data.why}
        </Notice>
      )}
      <div className="form-grid">
        <TextField
          label="IP address of the device"
          {...field('licensing.device.address')}
          placeholder="192.168.1.1"
          hint="Often the gateway of your network."
          required
        />
        <TextField
          label="TCP port"
          type="number"
          {...field('licensing.device.port')}
          placeholder="ping"
          hint="Empty: it is asked by ping."
        />
        <TextField label="Hardware address (MAC)" {...field('licensing.device.mac')} hint="Optional: then no other device counts." />
      </div>
      <button type="submit" className="button primary" disabled={busy} aria-busy={busy}>
        {busy ? 'Looking...' : 'Save and look now'}
      </button>
    </form>
  );
}
