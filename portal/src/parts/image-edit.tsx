import { Button, TagsInput, Textarea, TextInput } from '@mantine/core';
import IconPencil from 'icon:pencil';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Image } from '../../../src/contract/images.ts';
import { api } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';
import { useAct } from './act.tsx';
import { labelChange, labelTexts } from '../rules/labels.ts';
import { Ask } from './ask.tsx';

/** Another name, description or labels, for the image's author. Only what was changed is sent, so that nobody undoes another's words. */
export function EditImageButton({ image }: { image: Image }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState(image.name);
  const [description, setDescription] = useState(image.description);
  const [labels, setLabels] = useState(labelTexts(image.labels));
  // What stands there without an Enter after it is meant too.
  const [typed, setTyped] = useState('');
  const relabelled = labelChange(image.labels, typed.trim() === '' ? labels : [...labels, typed]);
  const change = {
    ...(name === image.name ? {} : { name }),
    ...(description === image.description ? {} : { description }),
    ...(relabelled === undefined || Object.keys(relabelled).length === 0 ? {} : { labels: relabelled }),
  };
  const edit = useAct(() => api.changeImage({ params: { name: image.name }, body: change }), {
    stale: [['images'], ['image'], ['revisions'], ['reservations']],
    done: (now) => {
      setOpened(false);
      // The page of the old name is nobody's now.
      if (now.name !== image.name) void navigate({ to: '/images/$image', params: { image: now.name } as never, replace: true });
    },
  });
  const open = () => {
    setName(image.name);
    setDescription(image.description);
    setLabels(labelTexts(image.labels));
    setTyped('');
    setOpened(true);
  };
  return (
    <>
      <Button variant="default" leftSection={<IconPencil size={16} />} onClick={open}>
        {t.images.edit}
      </Button>
      <Ask
        opened={opened}
        title={t.images.editTitle(image.name)}
        text={t.images.editText}
        go={t.images.save}
        busy={edit.isPending}
        disabled={Object.keys(change).length === 0 || name === '' || relabelled === undefined}
        onGo={() => edit.mutate(undefined)}
        onClose={() => setOpened(false)}
      >
        <TextInput label={t.images.name} value={name} maxLength={63} onChange={(e) => setName(e.currentTarget.value)} required />
        <Textarea
          label={t.images.description}
          value={description}
          maxLength={2000}
          autosize
          minRows={2}
          maxRows={8}
          onChange={(e) => setDescription(e.currentTarget.value)}
        />
        <TagsInput
          label={t.machines.labels}
          description={t.images.labelsHint}
          value={labels}
          onChange={setLabels}
          searchValue={typed}
          onSearchChange={setTyped}
          acceptValueOnBlur
          error={relabelled === undefined && t.images.labelsWrong}
        />
      </Ask>
    </>
  );
}
