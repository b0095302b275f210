/** Privileges that one operation alone needs, and what cannot be done without each. */

/** For `unlink` on vCenter alone: without it everything else goes on. */
export const UNLINK = 'VirtualMachine.Provisioning.PromoteDisks';
/** For `relocate` alone, which is of vCenter: without it everything else goes on. */
export const RELOCATE = 'Resource.ColdMigrate';
/** To write to a template, which takes nothing while it is one. A master is one. */
export const UNMARK = 'VirtualMachine.Provisioning.MarkAsVM';
/** For `answer` alone: without it questions are answered at the provider. */
export const ANSWER = 'VirtualMachine.Interact.AnswerQuestion';
/** For machines with a larger disk than their image's alone. */
export const EXTEND = 'VirtualMachine.Config.DiskExtend';
/** For images that Sysprep sets up alone. */
export const CUSTOMIZE = 'VirtualMachine.Provisioning.Customize';
/** For instant clones alone: their card is plugged in while they run. Without it machines are linked instead. */
export const PLUG = 'VirtualMachine.Interact.DeviceConnection';
/** For the machine folder of the provider, where it is not there yet. */
export const MAKE_FOLDER = 'Folder.Create';
/** For copies of what is encrypted; a machine with a virtual TPM is, as far as its configuration goes. */
export const CRYPTO = ['Cryptographer.Access', 'Cryptographer.Clone', 'Cryptographer.Migrate'];
/** As of {@link CRYPTO}, where machines are not cloned but made new, with a TPM of their own. */
export const CRYPTO_NEW = 'Cryptographer.EncryptNew';

const CRYPTO_WITHOUT = 'nothing there is made of encrypted masters or of those with a TPM';

export const WITHOUT: Readonly<Record<string, string>> = {
  [UNLINK]: 'machines there are not taken off their masters',
  [RELOCATE]: 'machines there are not moved to other datastores, nor masters off a host that is down',
  [UNMARK]: 'no template there is taken as it lies, no master is sealed anew, and none that was taken as it lay is given back',
  [ANSWER]: 'questions that stop a machine there are not answered from here',
  [EXTEND]: "machines there have disks as large as their image's",
  [PLUG]: 'machines there are linked where instant clones are asked for',
  [CUSTOMIZE]: 'no machines there are set up by Sysprep',
  [MAKE_FOLDER]: 'the folder of its machines has to be made by somebody else',
  ...Object.fromEntries([...CRYPTO, CRYPTO_NEW].map((privilege) => [privilege, CRYPTO_WITHOUT])),
};
