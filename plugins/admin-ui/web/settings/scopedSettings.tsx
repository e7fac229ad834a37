// Settings of one account or one user that have no form by hand: made from what the plugins declare, strangers' too.
import type { ReactNode } from 'react';
import { useResource } from '../api/useCommand.js';
import { valuesAt } from '../api/valuesAt.js';
import { count } from '../base/format.js';
import { useSettingDrafts } from './settingDrafts.js';
import { SettingRow, UnsavedNotice } from './settingRow.js';

/** What the account's and the user's own forms ask for. */
const ELSEWHERE = new Set([
  ...['pop3', 'smtp'].flatMap((protocol) => ['host', 'port', 'security', 'user'].map((name) => `${protocol}.${name}`)),
  'cc.to',
  'aliases',
  'names',
]);

/** `path`: `['accounts', 'company']`, or `['accounts', 'company', 'users', 'andrew']`. `kind`: the account's. */
export function ScopedSettings({
  scope,
  path,
  kind,
  title,
}: {
  readonly scope: 'account' | 'user';
  readonly path: readonly string[];
  readonly kind: string;
  readonly title: string;
}): ReactNode {
  const contributions = useResource('/api/contributions', ['plugin', 'settings']).data;
  const { data: shown, reload } = useResource('/api/settings', ['settings']);
  const drafts = useSettingDrafts(shown?.etag ?? '', (key) => [...path, key], reload);
  if (contributions === undefined || shown === undefined) return null;
  const properties = contributions.properties.filter(
    ({ key, scope: its, schema }) =>
      its === scope && schema.secret !== true && !ELSEWHERE.has(key) && (schema.accountKind ?? kind) === kind,
  );
  if (properties.length === 0) return null;
  const values = valuesAt(shown.value, path);
  const written = valuesAt(shown.written, path);
  const changed = properties.filter(({ key }) => Object.hasOwn(written, key)).length;
  const owners = [...new Set(properties.map(({ owner }) => owner))];
  return (
    <details>
      <summary>
        {title}: {count(properties.length, 'setting')}
        {changed > 0 && `, ${changed} changed`}
      </summary>
      <UnsavedNotice drafts={drafts} />
      {owners.map((owner) => (
        <section key={owner}>
          <h3>{contributions.plugins.find(({ id }) => id === owner)?.name ?? 'Server'}</h3>
          {properties
            .filter((each) => each.owner === owner)
            .map((property) => (
              <SettingRow
                key={property.key}
                property={property}
                value={values[property.key]}
                isWritten={Object.hasOwn(written, property.key)}
                drafts={drafts}
              />
            ))}
        </section>
      ))}
    </details>
  );
}
