// The name behind a section in the page's address: /mailboxes/NAME, /accounts/NAME, as a link writes it.
import { useLocation } from 'wouter';

/** Decoded once. The router has decoded its own a first time already: with it, "50%25" would be another mailbox, or none at all. */
export function useChosenName(): string | undefined {
  // Asked for here again with each change of the address.
  useLocation();
  const written = window.location.pathname.split('/')[2];
  return written === undefined || written === '' ? undefined : decoded(written);
}

/** What was typed by hand may be no encoding at all. */
function decoded(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
