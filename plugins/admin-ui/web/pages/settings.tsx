// Settings: the one file, as a form made from the plugins' schemas and as text.
import { lazy, type ReactNode, Suspense } from 'react';
import { Link } from 'wouter';
import type { SettingsAnswer } from '../answers.generated.js';
import { isOwnOfNode, settingPlace } from '../api/settingPlace.js';
import { useResource } from '../api/useCommand.js';
import { useView } from '../base/viewState.js';
import { TextField } from '../controls/fields.js';
import { Problem } from '../controls/notices.js';
import { Card, Empty, Page } from '../controls/page.js';
import { useSettingDrafts } from '../settings/settingDrafts.js';
import { type Property, SettingRow, UnsavedNotice } from '../settings/settingRow.js';

const SettingsTextEditor = lazy(async () => ({ default: (await import('../settings/settingsText.js')).SettingsTextEditor }));

export function SettingsPage(): ReactNode {
  const [view, setView] = useView();
  const settings = useResource('/api/settings', ['settings', 'problem', 'plugin']);
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
  readonly shown: SettingsAnswer;
  readonly onSaved: () => void;
  readonly find: string;
  readonly onFind: (text: string) => void;
  readonly onlyChanged: boolean;
  readonly onOnlyChanged: (on: boolean) => void;
}): ReactNode {
  const contributions = useResource('/api/contributions', ['plugin', 'settings']).data;
  const drafts = useSettingDrafts(shown.etag, (key) => settingPlace(shown, key), onSaved);
  const words = find
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const isMatch = ({ key, schema }: Property): boolean =>
    words.every((word) =>
      `${key} ${schema.title ?? ''} ${schema.description ?? ''} ${schema.markdownDescription ?? ''}`.toLowerCase().includes(word),
    );
  const isWritten = (key: string): boolean => Object.hasOwn(shown.written, key) || isOwnOfNode(shown, key);
  const properties = (contributions?.properties ?? [])
    .filter((each) => each.scope === 'server' && each.schema.secret !== true)
    .filter((each) => isMatch(each) && (!onlyChanged || isWritten(each.key)));
  const owners = [...new Set(properties.map(({ owner }) => owner))];
  const titleOf = (owner: string): string =>
    contributions?.plugins.find(({ id }) => id === owner)?.title ?? contributions?.plugins.find(({ id }) => id === owner)?.name ?? 'Server';
  return (
    <>
      <Card>
        <TextField label="Find a setting" type="search" value={find} onChange={onFind} />
        <label className="check">
          <input type="checkbox" checked={onlyChanged} onChange={(event) => onOnlyChanged(event.currentTarget.checked)} /> Only those that
          differ from their defaults
        </label>
        <p className="hint">
          Accounts and users have <Link href="/accounts">a page of their own</Link>.
        </p>
      </Card>
      <UnsavedNotice drafts={drafts} />
      {contributions !== undefined && properties.length === 0 && (
        <Card>
          <Empty title="No setting found">Try another word, or look at all of them.</Empty>
        </Card>
      )}
      {owners.map((owner) => (
        <Card key={owner} title={titleOf(owner)}>
          {properties
            .filter((each) => each.owner === owner)
            .map((property) => (
              <SettingRow
                key={property.key}
                property={property}
                value={shown.value[property.key]}
                isWritten={isWritten(property.key)}
                ownOf={isOwnOfNode(shown, property.key) ? shown.node : undefined}
                drafts={drafts}
              />
            ))}
        </Card>
      ))}
    </>
  );
}
