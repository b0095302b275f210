import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { de } from './de.ts';
import { en, type Messages } from './en.ts';
import { type Format, makeFormat } from './format.ts';

export const LANGUAGES = { en, de } as const;
export type Language = keyof typeof LANGUAGES;

interface I18n {
  t: Messages;
  format: Format;
  language: Language;
  setLanguage: (language: Language) => void;
}

const KEY = 'carrel.language';
const Context = createContext<I18n | undefined>(undefined);

/** What the person chose here, else the first of the browser's languages that we have. */
export function initialLanguage(stored: string | null, browser: readonly string[]): Language {
  const known = (text: string): Language | undefined => (text in LANGUAGES ? (text as Language) : undefined);
  return known(stored ?? '') ?? browser.map((tag) => known(tag.slice(0, 2).toLowerCase())).find((l) => l !== undefined) ?? 'en';
}

export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, choose] = useState(() => initialLanguage(localStorage.getItem(KEY), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo<I18n>(
    () => ({
      t: LANGUAGES[language],
      format: makeFormat(regional(language)),
      language,
      setLanguage: (next) => {
        localStorage.setItem(KEY, next);
        choose(next);
      },
    }),
    [language],
  );
  return <Context value={value}>{children}</Context>;
}

/** `en-GB` rather than `en` when that is how the browser is set, so that dates look as people there write them. */
function regional(language: Language): string {
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
}

export function useI18n(): I18n {
  const value = useContext(Context);
  if (value === undefined) throw new Error('outside I18nProvider');
  return value;
}
