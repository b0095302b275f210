/**
 * Checks the walls of the architecture over src/: which folder imports which, where SQL, time and chance may stand, how long
 * a file may be. Prints one line per crossing and exits with 1 if there is any. Run: tsx scripts/check-walls.ts [ROOT]
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Import, importsOf, type Token, tokensOf } from './source-scan.ts';
import {
  ALLOWED,
  IMPURE,
  MAX_LINES,
  MAY_IMPORT_DRIVERS,
  NARROW,
  NO_NODE,
  PACKAGES,
  ROOMS,
  type Rooms,
  SQL,
  TEST_ONLY,
  TYPES_ONLY,
  WHY,
} from './walls.ts';

export interface Crossing {
  /** Path from the root, with forward slashes. */
  file: string;
  line: number;
  message: string;
}

/** A source file while it is checked; `path` is under src/, with forward slashes. */
interface Source {
  path: string;
  /** First folder under src/. */
  folder: string;
  isTest: boolean;
}

type Report = (line: number, message: string) => void;

const IS_TEST = /\.(?:test|real|long)\.tsx?$/;
/** Also in their tests: what could be published, or must stay pure, is tested by itself. */
const STRICT_IN_TESTS = ['lib', 'core', 'vsphere', 'vsim', 'contract'];

/** All crossings in a tree that has a src/ folder. */
export function checkWalls(root: string): Crossing[] {
  const src = join(root, 'src');
  const crossings: Crossing[] = [];
  for (const file of filesUnder(src)) {
    const path = relative(src, file).split(sep).join('/');
    const report: Report = (line, message) => crossings.push({ file: `src/${path}`, line, message });
    checkFile(src, path, readFileSync(file, 'utf8'), report);
  }
  for (const file of filesUnder(join(root, 'portal/src'))) {
    const path = relative(root, file).split(sep).join('/');
    checkPortalFile(root, path, readFileSync(file, 'utf8'), (line, message) => crossings.push({ file: path, line, message }));
  }
  return crossings.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

export function formatCrossing({ file, line, message }: Crossing): string {
  return `${file}:${line}: ${message}`;
}

/** The portal is a program of its own: of ours it has the client, and of the contract its types. */
function checkPortalFile(root: string, path: string, text: string, report: Report): void {
  const isTest = IS_TEST.test(path);
  for (const { from, line, typeOnly } of importsOf(tokensOf(text))) {
    const refuse = (what: string) =>
      report(line, `${path} may not import ${what} (the portal runs in a browser and knows src/client, and types of src/contract)`);
    if (from === undefined) refuse('a module whose name is computed');
    else if (from.startsWith('.')) {
      const target = relative(root, resolve(join(root, dirname(path)), from))
        .split(sep)
        .join('/');
      const ours = target.startsWith('portal/src/') || target.startsWith('src/client/');
      if (!ours && !(typeOnly && target.startsWith('src/contract/'))) refuse(target);
    } else if (!isTest && (from.startsWith('node:') || builtinModules.includes(packageOf(from)))) refuse(from);
  }
  const lines = text.split('\n').length - 1;
  if (!isTest && lines > MAX_LINES) report(MAX_LINES + 1, `${path} has ${lines} lines (at most ${MAX_LINES}: split it by theme)`);
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesUnder(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function checkFile(src: string, path: string, text: string, report: Report): void {
  const source: Source = { path, folder: path.split('/')[0] ?? '', isTest: IS_TEST.test(path) };
  if (ALLOWED[source.folder] === undefined) report(1, `src/${path} lies in no folder of the architecture (add it to scripts/walls.ts)`);
  checkPlace(source, report);
  const tokens = tokensOf(text);
  for (const imported of importsOf(tokens)) checkImport(src, source, imported, report);
  if (source.isTest) return;
  checkPurity(source, tokens, report);
  checkSql(source, tokens, report);
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (lines > MAX_LINES && !path.endsWith('.gen.ts'))
    report(MAX_LINES + 1, `src/${path} has ${lines} lines (at most ${MAX_LINES}: split it by theme)`);
}

function checkImport(src: string, source: Source, imported: Import, report: Report): void {
  const { from, line } = imported;
  const refuse = (what: string, why: string): void => report(line, `src/${source.path} may not import ${what} (${why})`);
  if (from === undefined) {
    if (!source.isTest) refuse('a module whose name is computed', 'the walls cannot be checked');
    return;
  }
  if (!from.startsWith('.')) {
    checkPackage(source, from, refuse);
    return;
  }
  const target = relative(src, resolve(join(src, dirname(source.path)), from))
    .split(sep)
    .join('/');
  if (target.startsWith('..')) {
    if (!source.isTest && !target.endsWith('.json')) refuse(target.replace(/^(?:\.\.\/)+/, ''), 'the product lies in src/');
    return;
  }
  if (folderAllows(source, target, imported, refuse) && driverAllows(source, target, refuse)) checkRooms(source, target, refuse);
  if (!source.isTest && !imported.typeOnly && TEST_ONLY.some((p) => target.startsWith(p) && !source.path.startsWith(p))) {
    refuse(`src/${target}`, 'it is for tests; product code may name its types only');
  }
}

type Refuse = (what: string, why: string) => void;

/** Whether the table of folders lets it through; if not it is reported. */
function folderAllows(source: Source, target: string, imported: Import, refuse: Refuse): boolean {
  const to = target.split('/')[0] ?? '';
  if (to === source.folder || (source.isTest && !STRICT_IN_TESTS.includes(source.folder))) return true;
  const why = WHY[source.folder] ?? 'it lies in no folder of the architecture';
  const narrow = NARROW.find((n) => n.from === source.folder && n.to === to);
  const typesOnly = TYPES_ONLY.some((t) => t.from === source.folder && t.to === to);
  if (!(ALLOWED[source.folder] ?? []).includes(to)) refuse(`src/${target}`, why);
  else if (narrow !== undefined && !narrow.only.some((only) => within(target, only))) {
    refuse(`src/${target}`, `${narrow.why}; only src/${narrow.only.join(', src/')}`);
  } else if (typesOnly && !imported.typeOnly && !source.isTest) refuse(`values of src/${target}`, why);
  else return true;
  return false;
}

/** `only` is a file, or a folder with a slash at its end. */
function within(path: string, only: string): boolean {
  return only.endsWith('/') ? path.startsWith(only) : path === only;
}

/** Whether a concrete driver is imported by those who may; if not it is reported. */
function driverAllows(source: Source, target: string, refuse: Refuse): boolean {
  const concrete = /^drivers\/[^/]+\//.exec(target)?.[0];
  if (concrete === undefined || source.isTest || source.path.startsWith(concrete)) return true;
  if (MAY_IMPORT_DRIVERS.some((only) => within(source.path, only))) return true;
  refuse(`src/${target}`, 'concrete drivers are imported by src/drivers/registry.ts and src/main only');
  return false;
}

/** A place in a folder of rooms: the room, or the file where it lies beside them. */
const placeIn = (folder: string, path: string): string => path.slice(folder.length).split('/')[0] ?? '';

function checkPlace(source: Source, report: Report): void {
  for (const [folder, { top, shared, rooms }] of Object.entries(ROOMS)) {
    if (!source.path.startsWith(folder)) continue;
    const place = placeIn(folder, source.path);
    const isRoom = source.path !== `${folder}${place}`;
    // Tests of the whole folder lie beside its rooms.
    if (isRoom ? place in rooms : source.isTest || top.includes(place) || shared.includes(place)) continue;
    report(1, `src/${source.path} lies in no room of src/${folder} (its README says what goes where)`);
  }
}

function checkRooms(source: Source, target: string, refuse: Refuse): void {
  if (source.isTest) return;
  for (const [folder, table] of Object.entries(ROOMS)) {
    if (!target.startsWith(folder)) continue;
    const to = placeIn(folder, target);
    if (!source.path.startsWith(folder)) {
      if (to !== table.top[0]) refuse(`src/${target}`, `from outside src/${folder} only its ${table.top[0]} may be imported`);
    } else roomAllows(placeIn(folder, source.path), to, table, (why) => refuse(`src/${target}`, why));
  }
}

function roomAllows(from: string, to: string, { top, shared, rooms }: Rooms, refuse: (why: string) => void): void {
  if (from === to || top.includes(from)) return;
  if (shared.includes(from)) refuse(`${from} is for every room, so it stands on none`);
  else if (!shared.includes(to) && !(rooms[from] ?? []).includes(to)) {
    refuse(`of the other rooms, ${from} may import ${rooms[from]?.join(', ') || 'none'}`);
  }
}

function checkPackage(source: Source, from: string, refuse: Refuse): void {
  const name = packageOf(from);
  if (source.isTest) return;
  if (NO_NODE.includes(source.folder) && (from.startsWith('node:') || builtinModules.includes(name))) {
    refuse(from, source.folder === 'core' ? 'src/core is pure' : `src/${source.folder} runs in a browser too`);
  }
  const rule = PACKAGES.find((p) => p.packages.includes(name));
  if (rule !== undefined && !rule.only.some((only) => within(source.path, only))) refuse(name, rule.why);
}

/** `@scope/name/deep` -> `@scope/name`, `name/deep` -> `name`. */
function packageOf(from: string): string {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

function checkPurity(source: Source, tokens: readonly Token[], report: Report): void {
  if (source.folder !== 'core') return;
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'word' || tokens[i - 1]?.text === '.') continue;
    const impure = IMPURE.find((p) => p.tokens.every((text, n) => tokens[i + n]?.text === text && tokens[i + n]?.kind !== 'string'));
    if (impure !== undefined)
      report(token.line, `src/${source.path} may not use ${impure.shown} (in src/core time, ids and chance are inputs)`);
  }
}

function checkSql(source: Source, tokens: readonly Token[], report: Report): void {
  if (source.folder === 'store') return;
  for (const token of tokens) {
    if ((token.kind === 'string' || token.kind === 'template') && SQL.test(token.text)) {
      report(token.line, `src/${source.path} may not hold SQL (SQL is written in src/store only)`);
    }
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
  const crossings = checkWalls(root);
  for (const crossing of crossings) console.log(formatCrossing(crossing));
  process.exitCode = crossings.length > 0 ? 1 : 0;
}
