{#-
A staging table with the corrections of seeds/corrections.csv: a row's value becomes the new one where it is still the
old one; an empty value is null. Applied here, in the stg_ models, and nowhere else, so that everything follows from
the corrected value. columns: name and type of each that can be corrected.
-#}
{% macro corrected(table, key, columns) %}
    (
        select
            given.* replace (
                {%- for column, type in columns.items() %}
                case
                    when coalesce(corrections.has_{{ column }}, false)
                        and given.{{ column }}::varchar is not distinct from corrections.old_{{ column }}
                        then corrections.new_{{ column }}::{{ type }}
                    else given.{{ column }}
                end as {{ column }}{{ ',' if not loop.last }}
                {%- endfor %}
            ),
            {{ staged_row() }} as staged_row
        from {{ source('staging', table) }} as given
        left join (
            select
                row_key
                {%- for column in columns %},
                bool_or(column_name = '{{ column }}') as has_{{ column }},
                max(old_value) filter (where column_name = '{{ column }}') as old_{{ column }},
                max(new_value) filter (where column_name = '{{ column }}') as new_{{ column }}
                {%- endfor %}
            from {{ ref('corrections') }}
            where table_name = '{{ table }}'
            group by row_key
        ) as corrections on given.{{ key }} = corrections.row_key
    ) as {{ table }}
{%- endmacro %}

{#- Where a row stands in its table (macros/changes.sql). -#}
{% macro staged_row() %}given.rowid{% endmacro %}

{#- What can be corrected: staging table -> its key and columns. -#}
{% macro correctable() %}
    {% do return({
        'articles': ['record_id', {
            'title': 'varchar',
            'byline': 'varchar',
            'agency': 'varchar',
            'published_at': 'timestamp',
            'published_precision': 'varchar',
        }],
        'mentions': ['mention_id', {
            'kind': 'varchar',
            'form': 'varchar',
            'name': 'varchar',
            'role': 'varchar',
            'affiliation': 'varchar',
        }],
        'quotes': ['quote_id', {
            'type': 'varchar',
            'speaker_mention_id': 'varchar',
            'speaker_text': 'varchar',
            'speaker_name': 'varchar',
            'speaker_kind': 'varchar',
        }],
        'events': ['event_mention_id', {
            'type': 'varchar',
            'mode': 'varchar',
            'status': 'varchar',
            'date_start': 'date',
            'date_end': 'date',
            'place_name': 'varchar',
            'place_country_iso3': 'varchar',
            'killed': 'integer',
            'injured': 'integer',
            'arrested': 'integer',
        }],
    }) %}
{% endmacro %}

{% macro corrected_source(table) -%}
    {%- set key, columns = correctable()[table] -%}
    {{ corrected(table, key, columns) }}
{%- endmacro %}

{#- The value in staging of each column that a correction is about. -#}
{% macro corrected_values() %}
    {% for table, (key, columns) in correctable().items() %}
        {% for column in columns %}
            select
                '{{ table }}' as table_name,
                corrections.row_key,
                '{{ column }}' as column_name,
                rows.{{ column }}::varchar as value
            from {{ ref('corrections') }} as corrections
            inner join {{ source('staging', table) }} as rows on corrections.row_key = rows.{{ key }}
            where corrections.table_name = '{{ table }}' and corrections.column_name = '{{ column }}'
            {{ 'union all' if not loop.last }}
        {% endfor %}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}
