import { type Handler, ref, ScriptFault } from '../testing.ts';
import type { AnyValue, DataObject, Ref } from '../types/value.ts';
import type { PropertyFilterSpec, UpdateSet } from '../types/vim.gen.ts';

type Props = Record<string, AnyValue | undefined>;
/** One object's part of an answer. */
export const update = (kind: 'enter' | 'modify' | 'leave', obj: Ref, props: Props = {}, missing: string[] = []) => ({
  kind,
  obj,
  changeSet: Object.entries(props).map(([name, val]) => ({ name, op: 'assign' as const, val })),
  missingSet: missing.map((path) => ({ path, fault: { fault: { _type: 'NoPermission' }, localizedMessage: 'no' } })),
});
type Update = ReturnType<typeof update>;

/** A property collector for tests, whose answers the test gives, one by one. */
export class FakeCollector {
  readonly specs = new Map<string, PropertyFilterSpec>();
  readonly views = new Map<string, string[]>();
  readonly waits: { version: string; maxWaitSeconds: number; answer: (set: unknown) => void; refuse: (error: Error) => void }[] = [];
  /** What RetrievePropertiesEx says of a task, or another object. */
  tasks = new Map<string, Props>();
  private readonly arrivals: (() => void)[] = [];
  private n = 0;
  private version = 0;

  handlers(): Record<string, Handler> {
    const make = (type: string) => ref(type, `${type}-${++this.n}`);
    return {
      CreatePropertyCollector: () => make('PropertyCollector'),
      DestroyPropertyCollector: () => {
        this.specs.clear();
        for (const w of this.waits.splice(0)) w.refuse(new ScriptFault({ _type: 'RequestCanceled' }));
      },
      CreateFilter: ({ args }) => {
        const filter = make('PropertyFilter');
        this.specs.set(filter.value, args['spec'] as PropertyFilterSpec);
        return filter;
      },
      CreateContainerView: () => make('ContainerView'),
      CreateListView: ({ args }) => {
        const view = make('ListView');
        this.views.set(
          view.value,
          ((args['obj'] ?? []) as Ref[]).map((r) => r.value),
        );
        return view;
      },
      ModifyListView: ({ self, args }) => {
        const list = this.views.get(self.value) ?? [];
        for (const r of (args['add'] ?? []) as Ref[]) list.push(r.value);
        for (const r of (args['remove'] ?? []) as Ref[]) list.splice(list.indexOf(r.value), 1);
        this.signal();
        return undefined;
      },
      DestroyView: ({ self }) => void this.views.delete(self.value),
      RetrievePropertiesEx: ({ args }) => {
        const specs = args['specSet'] as PropertyFilterSpec[];
        const objects = specs
          .flatMap((spec) => spec.objectSet)
          .filter((o) => this.tasks.has(o.obj.value))
          .map((o) => ({
            obj: o.obj,
            propSet: Object.entries(this.tasks.get(o.obj.value) ?? {}).map(([name, val]) => ({ name, val })),
          }));
        return objects.length === 0 ? undefined : { objects };
      },
      WaitForUpdatesEx: ({ args }) =>
        new Promise((answer, refuse) => {
          const { maxWaitSeconds } = args['options'] as { maxWaitSeconds: number };
          this.waits.push({ version: args['version'] as string, maxWaitSeconds, answer, refuse });
          this.signal();
        }),
    };
  }

  private signal(): void {
    for (const f of this.arrivals.splice(0)) f();
  }

  /** Resolves when the condition holds after some call to this server. */
  async until(check: () => boolean): Promise<void> {
    while (!check()) await new Promise<void>((resolve) => this.arrivals.push(resolve));
  }

  /** The pending wait; there must never be two. */
  async wait() {
    await this.until(() => this.waits.length > 0);
    if (this.waits.length > 1) throw new Error('two waits are pending at one time');
    return this.waits[0] as (typeof this.waits)[number];
  }

  filterOf(type: string): string {
    for (const [key, spec] of this.specs) if (spec.propSet.some((p) => p.type === type)) return key;
    throw new Error(`no filter for ${type}`);
  }

  /** Answers the pending wait; gives its version. */
  async tell(type: string, updates: Update[], more: Partial<UpdateSet> = {}): Promise<string> {
    const w = await this.wait();
    this.waits.shift();
    const filter = ref('PropertyFilter', this.filterOf(type));
    w.answer({ version: String(++this.version), filterSet: [{ filter, objectSet: updates }], ...more });
    return w.version;
  }

  async fail(detail: DataObject & { _type: string }): Promise<void> {
    const w = await this.wait();
    this.waits.shift();
    w.refuse(new ScriptFault(detail));
  }
}
