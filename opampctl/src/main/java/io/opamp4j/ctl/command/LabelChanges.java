package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.Json;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Labels to set and to take away.
 *
 * @param set values by key; a value may be empty
 * @param remove keys
 */
record LabelChanges(SortedMap<String, String> set, SortedSet<String> remove) {
  /**
   * Reads {@code key=value} and {@code key-}.
   *
   * @throws CtlException if a text is neither, or a key is named twice
   */
  static LabelChanges parse(List<String> texts) {
    SortedMap<String, String> set = new TreeMap<>();
    SortedSet<String> remove = new TreeSet<>();
    for (String text : texts) {
      int equal = text.indexOf('=');
      boolean away = equal < 0 && text.length() > 1 && text.endsWith("-");
      if (equal < 1 && !away) {
        throw CtlException.usage("'" + text + "' must be key=value, or key- to take it away");
      }
      String key = text.substring(0, away ? text.length() - 1 : equal);
      if (set.containsKey(key) || remove.contains(key)) {
        throw CtlException.usage("the label " + key + " is named twice");
      }
      if (away) {
        remove.add(key);
      } else {
        set.put(key, text.substring(equal + 1));
      }
    }
    return new LabelChanges(set, remove);
  }

  /** What becomes of these labels. */
  ObjectNode applied(ObjectNode labels) {
    ObjectNode changed = labels.deepCopy();
    set.forEach(changed::put);
    changed.remove(remove);
    return changed;
  }

  /** As members of a bulk action. */
  ObjectNode toJson() {
    ObjectNode json = Json.object();
    ObjectNode values = json.putObject("set");
    set.forEach(values::put);
    ArrayNode keys = json.putArray("remove");
    remove.forEach(keys::add);
    return json;
  }
}
