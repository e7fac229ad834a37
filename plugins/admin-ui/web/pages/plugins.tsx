// Plugins: what runs, in which order, and what failed.
import { type ReactNode, useState } from 'react';
import type { Contributions, PluginInfo } from '../api/answers.js';
import { change, run, sentenceOf } from '../api/client.js';
import { useCommand, useResource } from '../api/useCommand.js';
import { fileInBase64 } from '../parts/base64.js';
import { ActionButton, Badge, Card, Field, Notice, Page, Problem, SelectField, TableFrame } from '../parts/basics.js';
import { Confirm } from '../parts/dialog.js';
import { useView } from '../parts/viewState.js';

interface OrderRow {
  readonly hook: string;
  readonly place: number;
  readonly tap: string;
  readonly stage?: string;
  readonly reason: string;
}
const HOOKS = [
  ['onSchedule', 'When does the next round run?'],
  ['onLicenseCheck', 'May the service run?'],
  ['onFetch', 'Collecting from the ISP'],
  ['onSort', 'Who gets a message?'],
  ['onDeliver', 'Handing a message on'],
] as const;
const TONES: Readonly<Record<string, 'good' | 'problem' | 'muted' | 'warning'>> = { active: 'good', failed: 'problem', disabled: 'muted' };

export function PluginsPage(): ReactNode {
  const { data, error, reload } = useResource<Contributions>('/api/contributions', ['plugin', 'settings']);
  const [problem, setProblem] = useState<string>();
  const [asking, setAsking] = useState<PluginInfo>();
  const plugins = data?.plugins ?? [];
  const flip = async (plugin: PluginInfo, on: boolean): Promise<void> => {
    try {
      const present = plugins.find((each) => each.isEdition && each.state === 'active');
      await change(on ? 'plugins.enable' : 'plugins.disable', { plugin: plugin.id });
      // Exactly one edition must be enabled: the new one takes the place of the old one.
      if (on && plugin.isEdition && present !== undefined) await change('plugins.disable', { plugin: present.id });
      setProblem(undefined);
    } catch (thrown) {
      setProblem(sentenceOf(thrown));
    }
    reload();
  };
  return (
    <Page title="Plugins" lead="Everything but a small core is a plugin. What runs, in which order, and what went wrong.">
      <Problem sentence={problem ?? error} />
      <Card title="Installed">
        <TableFrame label="Plugins">
          <thead>
            <tr>
              <th>Plugin</th>
              <th>What it does</th>
              <th>State</th>
              <th>Action</th>
            </tr>
          </thead>
          <tbody>
            {plugins.map((plugin) => (
              <tr key={plugin.id}>
                <td>
                  <strong>{plugin.name}</strong>
                  <p className="hint">
                    {plugin.id} {plugin.version}
                    {!plugin.bundled && ', isolated'}
                  </p>
                </td>
                <td className="subject">
                  {plugin.description}
                  {plugin.problems.map((sentence) => (
                    <Notice key={sentence} kind="problem">
                      {sentence}
                    </Notice>
                  ))}
                </td>
                <td>
                  <Badge tone={TONES[plugin.state] ?? 'warning'}>{plugin.state}</Badge>
                </td>
                <td>
                  {plugin.state === 'disabled' ? (
                    <ActionButton act={() => flip(plugin, true)}>{plugin.isEdition ? 'Change to it' : 'Enable'}</ActionButton>
                  ) : plugin.isEdition ? (
                    <span className="hint">the edition in use</span>
                  ) : (
                    <ActionButton
                      act={() => (plugin.essential || plugin.id === 'postroom.admin-ui' ? setAsking(plugin) : flip(plugin, false))}
                    >
                      {plugin.state === 'failed' ? 'Switch off' : 'Disable'}
                    </ActionButton>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </TableFrame>
      </Card>
      <AddPlugin onDone={reload} />
      <Order />
      {asking !== undefined && (
        <Confirm
          title={`Disable ${asking.name}?`}
          question={
            asking.essential
              ? 'Mail cannot be sorted rightly without it: until it runs again, mail that comes in is held and goes to nobody.'
              : 'This page is part of it and closes. "postroom plugins enable postroom.admin-ui" brings it back.'
          }
          yes="Disable it"
          onClose={() => setAsking(undefined)}
          onYes={() => {
            void flip(asking, false);
            setAsking(undefined);
          }}
        />
      )}
    </Page>
  );
}

/** A stranger's plugin: what it adds shows without a reload. */
function AddPlugin({ onDone }: { readonly onDone: () => void }): ReactNode {
  const [file, setFile] = useState<File>();
  const [problem, setProblem] = useState<string>();
  const add = async (): Promise<void> => {
    if (file === undefined) return;
    try {
      await run('plugins.add', { plugin: await fileInBase64(file) });
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    onDone();
  };
  return (
    <Card title="Add a plugin">
      <Problem sentence={problem} />
      <Field
        label="Plugin file"
        hint="As postroom plugins pack makes it. It runs isolated: it sees the mail that its taps are for, and nothing else."
      >
        {(id, hintId) => (
          <input id={id} type="file" aria-describedby={hintId} onChange={(event) => setFile(event.currentTarget.files?.[0])} />
        )}
      </Field>
      <ActionButton disabled={file === undefined} act={add}>
        Add and enable
      </ActionButton>
    </Card>
  );
}

function Order(): ReactNode {
  const [view, setView] = useView();
  const hook = view['hook'] ?? 'onSort';
  const { data, error } = useCommand<readonly OrderRow[]>('plugins.order', { hook }, ['plugin']);
  return (
    <Card title="Order">
      <SelectField
        label="Hook"
        value={hook}
        onChange={(value) => setView({ hook: value })}
        options={HOOKS.map(([name, meaning]) => [name, `${name}: ${meaning}`] as const)}
        hint="Plugins are asked in this order. It comes from what they declare, never from when they were loaded."
      />
      <Problem sentence={error} />
      <TableFrame label="Order of the taps">
        <thead>
          <tr>
            <th className="num">Place</th>
            <th>Tap</th>
            <th>Stage</th>
            <th>Why here</th>
          </tr>
        </thead>
        <tbody>
          {data?.map((row) => (
            <tr key={row.tap}>
              <td className="num">{row.place}</td>
              <td>{row.tap}</td>
              <td>{row.stage}</td>
              <td>{row.reason}</td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
    </Card>
  );
}
