/**
 * What a server says to people in another language: a stand-in that no program can take for English. It is applied to whole answers, where all
 * texts pass; ids of messages, names, paths and the reasons that hosts give in their own words stay, as on servers.
 */

/** Elements that hold nothing but a text of the server's for people. */
const TEXTS = /<(faultstring|localizedMessage|fullFormattedMessage|text|label|summary)((?: [^>]*)?)>([^<]+)<\//g;
/** `msg.uuid.altered`; an entity of XML. */
const KEPT = /msg(?:\.\w+)+|&#?\w+;/;
const TOKENS = new RegExp(`${KEPT.source}|[A-Za-z]+`, 'g');
/** Where Cyrillic begins: as many letters follow as Latin has. */
const CYRILLIC = 0x430;

const word = (latin: string): string =>
  latin.toLowerCase().replace(/[a-z]/g, (letter) => String.fromCharCode(CYRILLIC + letter.charCodeAt(0) - 0x61));

/** A text in that language. */
export const translated = (text: string): string => text.replace(TOKENS, (token) => (KEPT.test(token) ? token : word(token)));

/** A SOAP answer with its texts in that language. */
export const translatedReply = (xml: string): string =>
  xml.replace(TEXTS, (_, name: string, attributes: string, text: string) => `<${name}${attributes}>${translated(text)}</`);
