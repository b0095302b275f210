/** What the API needs of images: a part of interface.ts, whose rules hold here too. */
import type { Described } from '../core/brought-image.ts';
import type { LabelWanted } from '../core/labels.ts';
import type { Image, JobStarted, Revision, RevisionStarted, UploadQuery, Verification, VmImport } from '../contract/images.ts';
import type { Lineage } from '../contract/lineage.ts';
import type { Caller } from './caller.ts';

/** An uploaded file. It lies in the staging folder and belongs to the callee once the function returns; when it throws, the API removes it. */
export interface ImportRequest {
  image: string;
  /** Which image had that name when the file began to come, if any: it may be renamed while the file comes. */
  imageId?: string | undefined;
  path: string;
  bytes: number;
  /** In hex, of the file as it was received. */
  sha256: string;
  /** Sentences about it for people, kept with the revision. */
  notes: string[];
  publish: boolean;
  description?: string | undefined;
  format: UploadQuery['format'];
  provider?: string | undefined;
  /** Number of the revision that it is one more master of, in place of a new revision. */
  masterOf?: number | undefined;
  /** What the uploader says about the guest, and the file where the uploader does not. */
  hints: Omit<UploadQuery, 'format' | 'publish' | 'description' | 'masterOf' | 'provider'>;
  /** Proposed, not said: a provider that cannot give it takes the file without. */
  described?: Described;
}

export interface ImageServices {
  /** All of them, or those that carry all of the labels. */
  listImages(labels?: readonly LabelWanted[]): Promise<Image[]>;
  showImage(name: string): Promise<Image | undefined>;
  /** What an image is called that had this name before, and that no image has now; undefined if none had. */
  nameSince(name: string): Promise<string | undefined>;
  /** `bad-request` (the name, too many labels), `conflict` (another image has the name), `not-found`. */
  changeImage(
    caller: Caller,
    imageId: string,
    change: {
      name?: string | undefined;
      description?: string | undefined;
      labels?: Readonly<Record<string, string | null>> | undefined;
    },
  ): Promise<Image>;
  listRevisions(image: string): Promise<Revision[]>;
  showRevision(image: string, number: number): Promise<Revision | undefined>;
  /** `bad-request` (the name), `not-found` (the provider), `not-supported`, `unavailable`. */
  importVm(caller: Caller, request: VmImport & { image: string }): Promise<RevisionStarted>;
  /** `bad-request` (the name), `not-supported` (the recipe), `busy`. */
  buildImage(
    caller: Caller,
    request: { image: string; recipe: string; description?: string | undefined; publish: boolean; provider?: string | undefined },
  ): Promise<RevisionStarted>;
  /** Whether a file could be imported there, before gigabytes of it come. Refused as {@link importImage} would be. */
  checkImport(request: Pick<ImportRequest, 'image' | 'provider' | 'format' | 'masterOf' | 'hints'>): Promise<void>;
  importImage(caller: Caller, request: ImportRequest): Promise<RevisionStarted>;
  /** Answers with the reservation by which it is lent. `unclean` as of {@link publishRevision}, if it is then to be handed out. */
  replicateImage(
    caller: Caller,
    request: { image: string; revision?: number | undefined; provider: string; datastore?: string | undefined },
  ): Promise<{ job: string }>;
  proveRevision(
    caller: Caller,
    request: { image: string; revision: number; proof: { publish: boolean; publishUnclean?: string | undefined } },
  ): Promise<{ reservation: string }>;
  /** `unclean` without a reason for one that may hold what belongs to a person. */
  publishRevision(caller: Caller, revisionId: string, uncleanReason?: string): Promise<Revision>;
  retireRevision(caller: Caller, revisionId: string): Promise<Revision>;
  /** `wrong-state`, `master-changed`, `busy` (it is being removed). */
  unretireRevision(caller: Caller, revisionId: string): Promise<Revision>;
  /** `has-children` with `details.children` is refused at once where the store knows of some; the job looks at the disks again. */
  deleteRevision(caller: Caller, revisionId: string): Promise<JobStarted>;
  /** Takes as long as reading what was sealed. `signal` aborts when the caller has gone; a seal that is being written is. */
  resealRevision(
    caller: Caller,
    request: { image: string; revision: number; provider?: string | undefined; reason: string },
    signal: AbortSignal,
  ): Promise<Revision>;
  /**
   * Hashes now; may take as long as reading the files does, on vSphere only with `full`. What only another
   * server can read it is asked for; `unavailable` if that is away. `signal` aborts when the caller has gone.
   */
  verifyImage(
    caller: Caller,
    request: { image: string; revision?: number | undefined; provider?: string | undefined; full?: boolean | undefined },
    signal: AbortSignal,
  ): Promise<Verification>;
  /** Of one image, or of everything, wherever it is; providers that could not be read are named. */
  lineage(caller: Caller, image: string | undefined, signal: AbortSignal): Promise<Lineage>;
}
