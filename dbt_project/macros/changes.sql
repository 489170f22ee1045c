{#-
A day's build touches what the day changed.

Load writes which articles it changed (staging.changed_articles). From there each incremental model computes again the
rows in its scope (scopes.MODEL: the keys that changed rows of the models before it concern) and compares them with
those it has. What differs it replaces, and leaves in changes.MODEL: the rows that are gone (is_new false) and those
that came. So nothing that stayed the same is passed on, and the result is that of a full build.

Only `wirehouse build` knows that staging.changed_articles holds all that changed and that seeds and models are those
of the build before: it sets WIREHOUSE_BUILD. dbt run by hand builds everything in full.
-#}
{% macro is_daily() %}
    {% do return(execute and env_var('WIREHOUSE_BUILD', 'full') == 'daily') %}
{% endmacro %}

{% macro should_full_refresh() %}
    {% set configured = config.get('full_refresh') %}
    {% do return(configured if configured is not none else not is_daily()) %}
{% endmacro %}

{#- Pre-hook that sets the keys in a model's scope. A part is "articles" for those that load changed, a model of which
    the changed rows have the key, or a query for keys. -#}
{% macro scope(key, parts) %}
    {#- So that dbt builds them before. -#}
    {% for part in parts if part != 'articles' and not part.lstrip().startswith('select ') %}{% do ref(part) %}{% endfor %}
    {% if is_daily() %}
        create or replace table scopes.{{ model.name }} as
        {% for part in parts %}
            {% if part == 'articles' %}
                select article_id as key from staging.changed_articles
            {% elif part.lstrip().startswith('select ') %}
                {{ part }}
            {% else %}
                select {{ key }} as key from changes.{{ part }} where {{ key }} is not null
            {% endif %}
            {{ 'union' if not loop.last }}
        {% endfor %}
    {% endif %}
{% endmacro %}

{#- Condition that a row is in the scope of the model, or of another one that has the same. -#}
{% macro in_scope(column, of=none) -%}
    {% if is_daily() %}{{ column }} in (select scope.key from scopes.{{ of or model.name }} as scope){% else %}true{% endif %}
{%- endmacro %}

{#- Incremental strategy of a model that computes the rows of its scope. -#}
{% macro get_incremental_scoped_sql(given) %}
    {% set key = given['unique_key'] %}
    {% set old_rows = '(select * from ' ~ given['target_relation'] ~ ' where ' ~ in_scope(key) ~ ')' %}
    {{ replace_changed(given['target_relation'], old_rows, given['temp_relation'], key, given['dest_columns']) }}
{% endmacro %}

{#- Incremental strategy of a model that is computed whole, since any row may depend on any other. -#}
{% macro get_incremental_whole_sql(given) %}
    {% set target = given['target_relation'] %}
    {{ replace_changed(target, target, given['temp_relation'], given['unique_key'], given['dest_columns']) }}
{% endmacro %}

{% macro replace_changed(target, old_rows, new_rows, key, columns) %}
    {% set names = get_quoted_csv(columns | map(attribute='name')) %}
    create or replace table changes.{{ model.name }} as
    select false as is_new, * from (
        select {{ names }} from {{ old_rows }} except all select {{ names }} from {{ new_rows }}
    )
    union all
    select true as is_new, * from (
        select {{ names }} from {{ new_rows }} except all select {{ names }} from {{ old_rows }}
    );
    delete from {{ target }} where {{ key }} in (select {{ key }} from changes.{{ model.name }});
    insert into {{ target }} ({{ names }})
    select {{ names }} from {{ new_rows }} where {{ key }} in (select {{ key }} from changes.{{ model.name }})
{% endmacro %}

{#- Query for the keys of a model's changed rows whose values of the columns named are others than before: those
    downstream that read no more than these columns need no more. -#}
{% macro changed(of, key, columns) %}
    {% do ref(of) %}
    {% set names = ([key] + columns) | join(', ') %}
    {% set old_rows = 'select ' ~ names ~ ' from changes.' ~ of ~ ' where not is_new' %}
    {% set new_rows = 'select ' ~ names ~ ' from changes.' ~ of ~ ' where is_new' %}
    {% set differ = '(' ~ old_rows ~ ' except all ' ~ new_rows ~ ') union all (' ~ new_rows ~ ' except all ' ~ old_rows ~ ')' %}
    {% do return('select ' ~ key ~ ' as key from (' ~ differ ~ ') as differ where ' ~ key ~ ' is not null') %}
{% endmacro %}

{#- Query for the events of which a mention, a participant or the group changed. -#}
{% macro changed_events() %}
    {% do ref('int_event_mentions') %}
    {% do ref('int_event_participants') %}
    {% do return(
        'select event_id as key from changes.int_event_groups union select event_id as key from '
        ~ ref('int_event_groups') ~ ' where event_mention_id in (select event_mention_id from changes.int_event_mentions '
        ~ 'union select event_mention_id from changes.int_event_participants)'
    ) %}
{% endmacro %}

{#- Query for the days on which events are told, given a query for the events. -#}
{% macro days_told(events) %}
    {% do return(
        'select published_on as key from ' ~ ref('event_mentions')
        ~ ' where published_on is not null and event_id in (' ~ events ~ ')'
    ) %}
{% endmacro %}

{#- What a test looks at: in a day's build the rows that the day changed, else all. -#}
{% macro default__get_where_subquery(relation) %}
    {% set conditions = [config.get('where')] if config.get('where') else [] %}
    {% if is_daily() %}
        {% for node in graph.nodes.values() if node.alias == relation.identifier and node.schema == relation.schema %}
            {% if node.config.materialized == 'incremental' %}
                {% set key = node.config.unique_key %}
                {% do conditions.append(key ~ ' in (select changed.' ~ key ~ ' from changes.' ~ node.name ~ ' as changed)') %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% if conditions %}
        {% do return('(select * from ' ~ relation ~ ' where ' ~ conditions | join(' and ') ~ ') as checked') %}
    {% endif %}
    {% do return(relation) %}
{% endmacro %}

{#- The same for a test of its own: a query to select from. -#}
{% macro to_check(name) %}
    {%- set rows = get_where_subquery(ref(name)) | string -%}
    {{ '(select * from ' ~ rows ~ ')' }}
{%- endmacro %}
