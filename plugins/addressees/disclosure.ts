// Keeps from every copy what would tell its readers of a Bcc.
import type { MailView, SortPlan } from '@postroom/sdk';
import { ENVELOPE_FIELDS } from './envelopeFields.js';

/**
 * Conceals envelope fields that list several recipients: an ISP that stores one copy for several of our users writes them all down, Bcc included.
 * Submitted mail loses its Bcc field (RFC 5322 section 3.6.3), which has named local recipients by now.
 */
export function concealRecipients(plan: SortPlan, mail: MailView, configuredHeader: string): SortPlan {
  const names = configuredHeader === '' ? ENVELOPE_FIELDS : [...ENVELOPE_FIELDS, configuredHeader];
  let result = plan;
  for (const field of names.flatMap((name) => mail.headers(name))) {
    if (mail.addresses(field).length > 1) result = result.conceal(field, `${field.name} lists several recipients and would disclose a Bcc`);
  }
  if (mail.origin !== 'submitted') return result;
  for (const field of [...mail.headers('Bcc'), ...mail.headers('Resent-Bcc')]) {
    result = result.conceal(field, `${field.name} is for the sender only`);
  }
  return result;
}
