package io.opamp4j.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PagesTest {
  private final List<Integer> numbers = new ArrayList<>(IntStream.range(0, 10).boxed().toList());

  @Test
  void everyItemComesOnceWhateverTheSizeOfAPage() {
    for (int limit = 1; limit <= 11; limit++) {
      assertThat(all(Optional.empty(), limit)).as("by %d", limit).isEqualTo(numbers);
    }
    assertThat(all(Optional.of(6), 2)).containsExactly(7, 8, 9);
    assertThat(all(Optional.of(9), 2)).isEmpty();
  }

  @Test
  void itemsMayComeAndGoMeanwhile() {
    List<Integer> seen = new ArrayList<>();
    Pages.each(
        Optional.<Integer>empty(),
        after -> page(after, 3),
        number -> number,
        page -> {
          seen.addAll(page);
          // The cursor itself is removed, and something behind it added, once.
          if (numbers.remove(Integer.valueOf(2))) {
            numbers.add(11);
          }
        });

    assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11);
  }

  @Test
  void anEmptyPageThatSaysThereIsMoreDoesNotGoOnForEver() {
    List<List<Integer>> pages = new ArrayList<>();
    Pages.each(
        Optional.<Integer>empty(),
        after -> new Page<Integer>(List.of(), true),
        number -> number,
        pages::add);

    assertThat(pages).isEmpty();
  }

  private List<Integer> all(Optional<Integer> first, int limit) {
    List<Integer> all = new ArrayList<>();
    Pages.each(first, after -> page(after, limit), number -> number, all::addAll);
    return all;
  }

  private Page<Integer> page(Optional<Integer> after, int limit) {
    List<Integer> rest =
        numbers.stream().filter(number -> number > after.orElse(-1)).sorted().toList();
    return new Page<>(rest.stream().limit(limit).toList(), rest.size() > limit);
  }
}
