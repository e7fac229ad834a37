// An account at the ISP: address, servers, password. The Setup Wizard and the accounts page show the same form.
import type { ReactNode } from 'react';
import type { AccountsKindsRow } from '../answers.generated.js';
import { Described } from '../controls/described.js';
import { SelectField, TextField } from '../controls/fields.js';
import { SettingField } from '../settings/settingField.js';
import { type AccountDraft, withAddress } from './accountFields.js';

const SECURITY = [
  ['tls', 'TLS (usual)'],
  ['starttls', 'STARTTLS'],
  ['plain', 'None: others can read it'],
] as const;

export function AccountForm({
  draft,
  onChange,
  kinds,
  isNew,
}: {
  readonly draft: AccountDraft;
  readonly onChange: (draft: AccountDraft) => void;
  readonly kinds: readonly AccountsKindsRow[];
  readonly isNew: boolean;
}): ReactNode {
  const set = (part: Partial<AccountDraft>): void => onChange({ ...draft, ...part });
  return (
    <>
      <TextField
        label="E-mail address"
        type="email"
        value={draft.address}
        onChange={(address) => onChange(isNew ? withAddress(draft, address) : { ...draft, address })}
        placeholder="mail@company.com"
        hint="The address that your ISP gave you, which is going to be shared."
        required
      />
      <fieldset>
        <legend>Kind of account</legend>
        {kinds.map(({ kind, title, description }) => (
          <label key={kind} className="choice">
            <input type="radio" name="kind" value={kind} checked={draft.kind === kind} onChange={() => set({ kind })} required />
            <span>
              {title}
              <span className="hint"> {description}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {kinds
        .find(({ kind }) => kind === draft.kind)
        ?.requires.map(({ key, schema }) => (
          <div key={key} className="field">
            <SettingField
              name={key}
              schema={schema}
              value={draft.further[key] ?? schema.default}
              onChange={(value) => set({ further: { ...draft.further, [key]: value } })}
            />
            <p className="hint">
              <Described text={schema.markdownDescription ?? schema.description ?? ''} />
            </p>
          </div>
        ))}
      <div className="form-grid">
        {isNew && (
          <TextField label="Short name" value={draft.id} onChange={(id) => set({ id })} hint="How the account is called here." required />
        )}
        <TextField
          label="Account name"
          value={draft.loginName}
          onChange={(loginName) => set({ loginName })}
          hint="The login at the ISP: usually what stands before the @."
        />
        <TextField
          label="Password at the ISP"
          type="password"
          value={draft.password}
          onChange={(password) => set({ password })}
          hint={isNew ? 'Kept encrypted on this server.' : 'Leave empty to keep the present one.'}
          required={isNew}
        />
      </div>
      <div className="form-grid">
        <TextField label="POP3 server" value={draft.pop3Host} onChange={(pop3Host) => set({ pop3Host })} required />
        <SelectField
          label="POP3 security"
          value={draft.pop3Security}
          onChange={(pop3Security) => set({ pop3Security })}
          options={SECURITY}
        />
        <TextField label="POP3 port" type="number" value={draft.pop3Port} onChange={(pop3Port) => set({ pop3Port })} placeholder="usual" />
      </div>
      <div className="form-grid">
        <TextField label="SMTP server" value={draft.smtpHost} onChange={(smtpHost) => set({ smtpHost })} required />
        <SelectField
          label="SMTP security"
          value={draft.smtpSecurity}
          onChange={(smtpSecurity) => set({ smtpSecurity })}
          options={SECURITY}
        />
        <TextField label="SMTP port" type="number" value={draft.smtpPort} onChange={(smtpPort) => set({ smtpPort })} placeholder="usual" />
      </div>
    </>
  );
}
