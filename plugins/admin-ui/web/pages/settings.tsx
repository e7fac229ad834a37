// Settings: the one file, as a form made from the plugins' schemas and as text.
import { type Schema as CheckedSchema, Validator } from '@cfworker/json-schema';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { Contributions, Property, Schema, SettingsShown } from '../api/answers.js';
import { sentenceOf } from '../api/client.js';
import { editSettings } from '../api/settings.js';
import { useResource } from '../api/useCommand.js';
import { ActionButton, Badge, Card, Described, Empty, Notice, Page, Problem, TextField } from '../parts/basics.js';
import { SettingField } from '../parts/settingField.js';
import { useView } from '../parts/viewState.js';

const SettingsTextEditor = lazy(async () => ({ default: (await import('../parts/settingsText.js')).SettingsTextEditor }));

export function SettingsPage(): ReactNode {
  const [view, setView] = useView();
  const settings = useResource<SettingsShown>('/api/settings', ['settings', 'problem', 'plugin']);
  const isText = view['view'] === 'text';
  const tab = (name: string, text: string): ReactNode => (
    <a
      className={isText === (name === 'text') ? 'tab current' : 'tab'}
      aria-current={isText === (name === 'text') ? 'page' : undefined}
      href={`/settings${name === 'text' ? '?view=text' : ''}`}
      onClick={(event) => {
        event.preventDefault();
        setView({ view: name === 'text' ? 'text' : undefined });
      }}
    >
      {text}
    </a>
  );
  return (
    <Page title="Settings" lead="One file, settings.json. The form and the text change the same file, and so does any editor.">
      <Problem sentence={settings.error} />
      <div className="tabs">
        {tab('form', 'Form')}
        {tab('text', 'Text')}
      </div>
      {settings.data !== undefined &&
        (isText ? (
          <Suspense fallback={<p className="lead">Loading the editor...</p>}>
            <SettingsTextEditor shown={settings.data} onSaved={settings.reload} />
          </Suspense>
        ) : (
          <SettingsForm
            shown={settings.data}
            onSaved={settings.reload}
            find={view['find'] ?? ''}
            onFind={(find) => setView({ find })}
            onlyChanged={view['changed'] === 'yes'}
            onOnlyChanged={(on) => setView({ changed: on ? 'yes' : undefined })}
          />
        ))}
    </Page>
  );
}

function SettingsForm({
  shown,
  onSaved,
  find,
  onFind,
  onlyChanged,
  onOnlyChanged,
}: {
  readonly shown: SettingsShown;
  readonly onSaved: () => void;
  readonly find: string;
  readonly onFind: (text: string) => void;
  readonly onlyChanged: boolean;
  readonly onOnlyChanged: (on: boolean) => void;
}): ReactNode {
  const contributions = useResource<Contributions>('/api/contributions', ['plugin', 'settings']).data;
  const [drafts, setDrafts] = useState<Readonly<Record<string, { readonly value: unknown; readonly etag: string }>>>({});
  const [problem, setProblem] = useState<string>();
  const words = find
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const isMatch = ({ key, schema }: Property): boolean =>
    words.every((word) =>
      `${key} ${schema.title ?? ''} ${schema.description ?? ''} ${schema.markdownDescription ?? ''}`.toLowerCase().includes(word),
    );
  const properties = (contributions?.properties ?? [])
    .filter((each) => each.scope === 'server' && each.schema.secret !== true)
    .filter((each) => isMatch(each) && (!onlyChanged || Object.hasOwn(shown.written, each.key)));
  const owners = [...new Set(properties.map(({ owner }) => owner))];
  const titleOf = (owner: string): string =>
    contributions?.plugins.find(({ id }) => id === owner)?.title ?? contributions?.plugins.find(({ id }) => id === owner)?.name ?? 'Server';
  const changed = Object.entries(drafts);
  // Somebody else wrote the file while this was typed: what was typed stays, and is saved on purpose only.
  const isStale = changed.some(([, { etag }]) => etag !== shown.etag);

  const save = async (): Promise<void> => {
    try {
      await editSettings(
        shown.etag,
        changed.map(([key, { value }]) => ({ path: [key], value })),
      );
      setDrafts({});
      setProblem(undefined);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    onSaved();
  };
  return (
    <>
      <Card>
        <TextField label="Find a setting" type="search" value={find} onChange={onFind} />
        <label className="check">
          <input type="checkbox" checked={onlyChanged} onChange={(event) => onOnlyChanged(event.currentTarget.checked)} /> Only those that
          differ from their defaults
        </label>
        <p className="hint">Accounts and users have a page of their own.</p>
      </Card>
      <Problem sentence={problem} />
      {isStale && (
        <Notice kind="warning" title="The file was changed meanwhile, on disk or by somebody else.">
          What you typed is still here. Look at the values, then save, or discard.
        </Notice>
      )}
      {changed.length > 0 && (
        <Notice kind="info" title={`${changed.length} not saved yet: ${changed.map(([key]) => key).join(', ')}`}>
          <div className="actions">
            <ActionButton kind="primary" act={save}>
              Save
            </ActionButton>
            <ActionButton act={() => setDrafts({})}>Discard</ActionButton>
          </div>
        </Notice>
      )}
      {contributions !== undefined && properties.length === 0 && (
        <Card>
          <Empty title="No setting found">Try another word, or look at all of them.</Empty>
        </Card>
      )}
      {owners.map((owner) => (
        <Card key={owner} title={titleOf(owner)}>
          {properties
            .filter((each) => each.owner === owner)
            .map(({ key, schema }) => {
              const isWritten = Object.hasOwn(shown.written, key);
              const draft = drafts[key];
              const value = draft === undefined ? (shown.value[key] ?? schema.default) : (draft.value ?? schema.default);
              const set = (next: unknown): void => setDrafts({ ...drafts, [key]: { value: next, etag: shown.etag } });
              return (
                <div key={key} className={isWritten || draft !== undefined ? 'field modified' : 'field'}>
                  <SettingField name={key} schema={schema} value={value} onChange={set} />
                  {draft?.value !== undefined && <Problem sentence={problemOf(schema, draft.value)} />}
                  <p className="hint">
                    <Described text={schema.markdownDescription ?? schema.description ?? ''} /> <code>{key}</code>{' '}
                    {isWritten && <Badge tone="info">changed</Badge>}{' '}
                    {schema.restart === 'server' && <Badge tone="warning">needs a restart</Badge>}{' '}
                    {schema.restart === 'listener' && <Badge tone="muted">ports open anew</Badge>}
                    {isWritten && (
                      <button type="button" className="button quiet" onClick={() => set(undefined)}>
                        Back to the default
                      </button>
                    )}
                  </p>
                </div>
              );
            })}
        </Card>
      ))}
    </>
  );
}

/** What the page can tell at once; the server decides when it is saved. Without eval, as the content security policy wants it. */
function problemOf(schema: Schema, value: unknown): string | undefined {
  const { valid, errors } = new Validator(schema as CheckedSchema, '7').validate(value);
  return valid ? undefined : errors.at(-1)?.error;
}
