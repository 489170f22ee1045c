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

{% macro is_empty() %}
    {% do return(execute and env_var('WIREHOUSE_BUILD', 'full') == 'empty') %}
{% endmacro %}

{#- On-run-start hook: whose turn it is. By day of landing, as they would have come. -#}
{% macro take_turn() %}
    {% if is_daily() %}
        create or replace table scopes.changed_articles as
        select changed.article_id
        from staging.changed_articles as changed
        left join (
            select article_id, min(landed_for) as landed_for from staging.articles group by article_id
        ) as articles on changed.article_id = articles.article_id
        group by changed.article_id
        order by min(articles.landed_for), changed.article_id
        limit {{ env_var('WIREHOUSE_BUILD_ARTICLES', '9223372036854775807') }}
    {% endif %}
{% endmacro %}

{# How a CTE that is read more than once is computed: kept aside in a day's build, read again in one of all history. -#}
{%- macro kept_when_daily() -%}
    {% if not is_daily() %}not {% endif %}materialized
{%- endmacro %}

{% macro should_full_refresh() %}
    {% set configured = config.get('full_refresh') %}
    {% do return(configured if configured is not none else not is_daily()) %}
{% endmacro %}

{#- Pre-hook that sets the keys in a model's scope. A part is "articles" for those that load changed, a model of which
    the changed rows have the key, or a query for keys. along=(model, key, other key) adds all that the
    pairs of a model tie to these keys, at any remove. -#}
{% macro scope(key, parts, along=none) %}
    {#- So that dbt builds them before. -#}
    {% for part in parts if part != 'articles' and not part.lstrip().startswith('select ') %}{% do ref(part) %}{% endfor %}
    {% if is_daily() %}
        create or replace table scopes.{{ model.name }} as
        with recursive given as (
            {% for part in parts %}
                {% if part == 'articles' %}
                    select article_id as key from scopes.changed_articles
                {% elif part.lstrip().startswith('select ') %}
                    {{ part }}
                {% else %}
                    select {{ key }} as key from changes.{{ part }} where {{ key }} is not null
                {% endif %}
                {{ 'union' if not loop.last }}
            {% endfor %}
        )
        {% if along %}
            {% set ties, one, other = along %}
            , reached as (
                select key from given
                union
                select ties.other as key
                from reached
                inner join (
                    select {{ one }} as one, {{ other }} as other from {{ ref(ties) }}
                    union all
                    select {{ other }}, {{ one }} from {{ ref(ties) }}
                ) as ties on reached.key = ties.one
            )
            select key from reached
        {% else %}
            select distinct key from given
        {% endif %}
    {% endif %}
{% endmacro %}

{#- Condition that a row is in the scope of the model, or of another one that has the same. -#}
{% macro in_scope(column, of=none) -%}
    {% if is_daily() %}{{ column }} in (select scope.key from scopes.{{ of or model.name }} as scope){% else %}{{ not is_empty() }}{% endif %}
{%- endmacro %}

{#- Rows of a model whose key is in scope or one that a query gives; in a full build all rows. By row number: DuckDB then
    reads the keys of all rows, but the rest only where one is in scope. What the day brought stands at the end, and is
    read apart from what it is tied to, which may stand anywhere. -#}
{% macro scoped(name, key='article_id', keys=none, of=none, has_article=true) -%}
    {%- set rows = ref(name) -%}
    {%- if is_daily() -%}
    {%- set table, number = ('staging.' ~ name[4:], 'staged_row') if name.startswith('stg_') else (rows, 'rowid') -%}
    (
        with numbered as materialized (
            select
                keyed.rowid as number,
                {{ 'keyed.article_id in (select came.article_id from scopes.changed_articles as came)'
                    if has_article else false }} as has_come
            from {{ table }} as keyed
            where keyed.{{ key }} in ({{ keys or 'select scope.key from scopes.' ~ (of or model.name) ~ ' as scope' }})
        )

        select * from {{ rows }} where {{ number }} in (select numbered.number from numbered where numbered.has_come)
        union all
        select * from {{ rows }} where {{ number }} in (select numbered.number from numbered where not numbered.has_come)
    )
    {%- elif is_empty() -%}(select * from {{ rows }} where false){%- else -%}{{ rows }}{%- endif -%}
{%- endmacro %}

{#- Condition that a day is in the scope of a model whose keys are days, or no more days before or after one that is. -#}
{% macro near_scope(column, before, after) -%}
    {% if is_daily() %}{{ column }} in (
        select scope.key + step.days
        from scopes.{{ model.name }} as scope, (select unnest(range(-{{ before }}, {{ after }} + 1))::integer as days) as step
    ){% else %}true{% endif %}
{%- endmacro %}

{#- Incremental strategy of a model that computes the rows of its scope: what differs from the rows it has there takes
    their place. A model of pairs has two unique keys, and those pairs in its scope of which either part is. -#}
{% macro get_incremental_scoped_sql(given) %}
    {% set target, new_rows = given['target_relation'], given['temp_relation'] %}
    {% set keys = keys_of(given['unique_key']) %}
    {% set names = get_quoted_csv(given['dest_columns'] | map(attribute='name')) %}
    create or replace temp table {{ model.name }}_before as
    {#- By row number: DuckDB then reads the keys of all rows, but the rest only where one is in scope. -#}
    {% for key in keys %}
        select * from {{ target }} where rowid in (select rowid from {{ target }} where {{ in_scope(key) }})
        {{ 'union' if not loop.last }}
    {% endfor %};
    {#- What has a key that was not there has come: only the others are compared. -#}
    {% set there = row_of(keys) ~ ' in (select ' ~ row_of(keys) ~ ' from ' ~ model.name ~ '_before)' %}
    create or replace table changes.{{ model.name }} as
    select false as is_new, * from (
        select {{ names }} from {{ model.name }}_before
        except all select {{ names }} from {{ new_rows }} where {{ there }}
    )
    union all
    select true as is_new, * from (
        select {{ names }} from {{ new_rows }} where {{ there }}
        except all select {{ names }} from {{ model.name }}_before
    )
    union all
    select true as is_new, {{ names }} from {{ new_rows }} where not coalesce({{ there }}, false);
    drop table {{ model.name }}_before;
    {#- For publishing, which makes the same changes in its copy. -#}
    comment on table changes.{{ model.name }} is '{{ target.include(database=false) | replace('"', '') }} {{ keys | join(' ') }}';
    delete from {{ target }} where {{ row_of(keys) }} in (select {{ row_of(keys) }} from changes.{{ model.name }});
    insert into {{ target }} ({{ names }})
    select {{ names }} from {{ new_rows }} where {{ row_of(keys) }} in (select {{ row_of(keys) }} from changes.{{ model.name }})
{% endmacro %}

{#- Incremental strategy of a Python model that gives rows to keep beside those there are. What such a model gives dbt
    writes to a table, though a temporary one was asked for, and leaves it. -#}
{% macro get_incremental_kept_sql(given) %}
    {% set names = get_quoted_csv(given['dest_columns'] | map(attribute='name')) %}
    insert into {{ given['target_relation'] }} ({{ names }}) select {{ names }} from {{ given['temp_relation'] }};
    drop table {{ given['temp_relation'] }}
{% endmacro %}

{% macro keys_of(unique_key) %}{% do return([unique_key] if unique_key is string else unique_key) %}{% endmacro %}

{% macro row_of(keys) %}{{ keys[0] if keys | length == 1 else 'row(' ~ keys | join(', ') ~ ')' }}{% endmacro %}

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

{#- Query for the articles whose group of copies a changed article or text is in, or was. -#}
{% macro copies_of_changed() %}
    {% set texts, groups = ref('int_texts'), ref('int_text_groups') %}
    {% do return(
        'select article_id as key from ' ~ texts ~ ' where text_id in (select text_id from ' ~ groups
        ~ ' where original_text_id in (select original_text_id from changes.int_text_groups union'
        ~ ' select original_text_id from ' ~ groups ~ ' where text_id in (select text_id from changes.int_texts union'
        ~ ' select text_id from ' ~ texts ~ ' where article_id in (select article_id from scopes.changed_articles))))'
    ) %}
{% endmacro %}

{#- Query for the utterances that a changed quote gives, or gave. -#}
{% macro utterances_of_changed() %}
    {% do ref('int_quotes') %}
    {% do return(
        'select utterance_id as key from ' ~ this.include(database=false)
        ~ ' where quote_id in (select quote_id from changes.int_quotes)'
        ~ ' union select utterance_id from ' ~ ref('int_utterance_groups')
        ~ ' where text_hash in (select text_hash from changes.int_quotes)'
        ~ ' union select quote_id from changes.int_quotes'
    ) %}
{% endmacro %}

{#- Query for the phrases of the language that were none before, or no longer are: for the texts that have them. -#}
{% macro texts_of_phrases_become_common() %}
    {% set phrases = ref('int_utterance_phrases') %}
    {% do return(
        'select text_hash as key from ' ~ phrases ~ ' where phrase in (select now.phrase from (select phrase, count(*) as n from '
        ~ phrases ~ ' where phrase in (select phrase from changes.int_utterance_phrases) group by phrase) as now inner join'
        ~ ' (select phrase, sum(case when is_new then 1 else -1 end) as n from changes.int_utterance_phrases group by phrase)'
        ~ ' as more on now.phrase = more.phrase where (now.n <= ' ~ var('common_phrase') ~ ') != (now.n - more.n <= '
        ~ var('common_phrase') ~ '))'
    ) %}
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

{#- What a test looks at: in a day's build the rows that came with it; for one that compares rows with each other, all
    rows of the keys that changed. A full build looks at all. -#}
{% macro default__get_where_subquery(relation) %}
    {% set rows, conditions = [relation | string], [config.get('where')] if config.get('where') else [] %}
    {% if is_daily() %}
        {% for node in graph.nodes.values() if node.alias == relation.identifier and node.schema == relation.schema %}
            {% if node.config.materialized == 'incremental' and node.config.unique_key %}
                {% if model.test_metadata and model.test_metadata.name.startswith('unique') %}
                    {% set key = row_of(keys_of(node.config.unique_key)) %}
                    {% do conditions.append(key ~ ' in (select ' ~ key ~ ' from changes.' ~ node.name ~ ')') %}
                {% else %}
                    {% do rows.append('changes.' ~ node.name) %}
                    {% do conditions.append('is_new') %}
                {% endif %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% if conditions %}
        {% do return('(select * from ' ~ rows[-1] ~ ' where ' ~ conditions | join(' and ') ~ ') as checked') %}
    {% endif %}
    {% do return(relation) %}
{% endmacro %}

{#- The same for a test of its own: a query to select from. -#}
{% macro to_check(name) %}
    {%- set rows = get_where_subquery(ref(name)) | string -%}
    {{ '(select * from ' ~ rows ~ ')' }}
{%- endmacro %}

{#- Comments stay on a table that a day's build only changes. -#}
{% macro persist_docs(relation, model, for_relation=true, for_columns=true) %}
    {% if not (is_daily() and model.config.materialized == 'incremental') %}
        {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
    {% endif %}
{% endmacro %}
