-- A machine whose guest stopped answering its hypervisor. The words are those of src/core/condition.ts.
alter table machine
  drop constraint machine_condition_check,
  add constraint machine_condition_check
    check (condition in ('out-of-space', 'suspended', 'frozen', 'question', 'unreachable', 'hung', 'no-tpm', 'crashed'));
