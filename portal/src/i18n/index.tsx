import { notifications } from '@mantine/notifications';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { Messages } from './en.ts';
import { type Format, makeFormat } from './format.ts';

/** Each as it calls itself. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

// Each is a part of its own: nobody reads two.
const WORDS: Record<Language, () => Promise<Messages>> = {
  en: async () => (await import('./en.ts')).en,
  de: async () => (await import('./de.ts')).de,
};

/** A language with its words. */
export interface Spoken {
  language: Language;
  t: Messages;
}

/** Fetches the words of a language. Fails where the server does not answer. */
export async function speak(language: Language): Promise<Spoken> {
  return { language, t: await WORDS[language]() };
}

interface I18n {
  t: Messages;
  format: Format;
  /** Its words may still be on their way. */
  chosen: Language;
  /** Stays with the present one, and says so, where the other cannot be had. */
  setLanguage: (language: Language) => void;
}

const KEY = 'carrel.language';
const Context = createContext<I18n | undefined>(undefined);

/** What the person chose here, else the first of the browser's languages that we have. */
export function initialLanguage(stored: string | null, browser: readonly string[]): Language {
  const known = (text: string): Language | undefined => (text in LANGUAGES ? (text as Language) : undefined);
  return known(stored ?? '') ?? browser.map((tag) => known(tag.slice(0, 2).toLowerCase())).find((l) => l !== undefined) ?? 'en';
}

/** The language in which this browser is to be spoken to. */
export function preferredLanguage(): Language {
  return initialLanguage(localStorage.getItem(KEY), navigator.languages);
}

/** `first`: of {@link preferredLanguage}, fetched before anything is shown. */
export function I18nProvider({ first, children }: { first: Spoken; children: ReactNode }) {
  const [{ language, t }, choose] = useState(first);
  const [chosen, setChosen] = useState(first.language);
  const asked = useRef(0);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo<I18n>(
    () => ({
      t,
      format: makeFormat(regional(language)),
      chosen,
      setLanguage: (next) => {
        const mine = ++asked.current;
        setChosen(next);
        // Whoever has chosen again meanwhile wants that, whichever comes first.
        const wanted = () => mine === asked.current;
        void speak(next).then(
          (spoken) => {
            if (!wanted()) return;
            localStorage.setItem(KEY, next);
            choose(spoken);
          },
          () => {
            if (!wanted()) return;
            setChosen(language);
            notifications.show({ color: 'red', title: t.account.languageFailed(LANGUAGES[next]), message: t.account.languageStays });
          },
        );
      },
    }),
    [language, t, chosen],
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
