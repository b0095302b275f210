import { Group, Select, Text, TextInput } from '@mantine/core';
import IconSearch from 'icon:search';
import { useState } from 'react';
import { useI18n } from '../i18n/index.tsx';
import { allLabels, type Labels, labelTexts } from '../rules/labels.ts';
import { matching, type Searched } from '../rules/search.ts';

/** The labels of one thing. */
export function LabelList({ labels }: { labels: Labels | undefined }) {
  const { t } = useI18n();
  const texts = labelTexts(labels);
  if (texts.length === 0) return null;
  return (
    <Group gap={4} component="ul" aria-label={t.machines.labels} style={{ listStyle: 'none', margin: 0, padding: 0 }}>
      {texts.map((text) => (
        <Text
          key={text}
          component="li"
          size="xs"
          px={6}
          style={{ border: '1px solid var(--mantine-color-default-border)', borderRadius: 4, overflowWrap: 'anywhere' }}
        >
          {text}
        </Text>
      ))}
    </Group>
  );
}

/** Images found by words and, where any has labels, by one of these. */
export function useImageSearch<T extends Searched>(images: readonly T[]) {
  const { t } = useI18n();
  const [words, setWords] = useState('');
  const [label, setLabel] = useState<string | null>(null);
  const labels = allLabels(images);
  const fields = (
    <Group gap="sm">
      <TextInput
        type="search"
        aria-label={t.reserve.find}
        placeholder={t.reserve.find}
        leftSection={<IconSearch size={16} />}
        value={words}
        onChange={(e) => setWords(e.currentTarget.value)}
        style={{ flex: '1 1 14rem' }}
        maw={420}
      />
      {(labels.length > 0 || label !== null) && (
        <Select
          aria-label={t.reserve.withLabel}
          placeholder={t.reserve.withLabel}
          data={label === null || labels.includes(label) ? labels : [label, ...labels]}
          value={label}
          onChange={setLabel}
          clearable
          clearButtonProps={{ 'aria-label': t.reserve.anyLabel }}
          style={{ flex: '1 1 12rem' }}
          maw={320}
        />
      )}
    </Group>
  );
  return { found: matching(images, words, label), fields };
}
